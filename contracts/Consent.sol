// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, ConsentTypes, PartyId} from "./ConsentTypes.sol";
import {IConsent} from "./interfaces/IConsent.sol";

/// @title Checks a signature, uses its number once, and links it to its subject's word.
/// @notice No owner, no pause, no upgrade; who sends a transaction never matters.
abstract contract Consent is IConsent {
    /// @inheritdoc IConsent
    /// @dev Slot 0. Only ever grows, by one link an act: a child writes what `_append` or `_link` gave it, nothing more
    mapping(bytes32 subject => bytes32 commitment) public word;

    /// @inheritdoc IConsent
    /// @dev Slot 1. Grows by one link a new subject; written by `_enter` alone.
    bytes32 public register;

    /// @dev Slot 2. Which numbers are used up: one bit by subject, number and party, so that the acts of 256 parties
    /// with one number share a word of storage. Written by `_use` alone; a bit is never cleared.
    mapping(bytes32 subject => mapping(uint256 number => mapping(uint256 page => uint256 bits))) private _used;

    /// @dev The chain on which this contract was deployed, and its domain separator there: it changes only by a fork.
    uint256 private immutable _DEPLOYED_CHAIN;
    bytes32 private immutable _DEPLOYED_DOMAIN;

    /// @dev Half the order of secp256k1, rounded down: the highest s of a strict signature.
    uint256 private constant _HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    constructor() {
        _DEPLOYED_CHAIN = block.chainid;
        _DEPLOYED_DOMAIN = _domain();
    }

    /// @inheritdoc IConsent
    function isUsed(bytes32 subject, uint64 number, uint64 ordinal) external view returns (bool) {
        return _used[subject][number][ordinal >> 8] & (uint256(1) << (ordinal & 0xff)) != 0;
    }

    /// @inheritdoc IConsent
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (hex"0f", "NormLedger", "1", block.chainid, address(this), bytes32(0), new uint256[](0));
    }

    /// @dev Checks one act of the party that holds `account` under `ordinal`, and gives the subject's next word.
    function _append(
        bytes32 previous,
        bytes32 subject,
        Act calldata act,
        uint256 index,
        address account,
        uint64 ordinal
    ) internal returns (bytes32) {
        _checkDeadline(index, act.party, act.deadline);
        _use(subject, act, index, ordinal);
        bytes32 digest = _digest(ConsentTypes.hash(act, subject, account));
        _checkSigner(index, act.party, account, digest, act.signature);
        emit ActRecorded(
            subject,
            act.party,
            act.kind,
            act.clause,
            act.refersTo,
            act.content,
            account,
            act.number,
            act.deadline,
            act.signature
        );
        return _link(previous, act.kind, digest, act.party, account);
    }

    /// @dev Enters a new subject into the register. The subject's id stands where an act's digest would.
    function _enter(ActKind kind, bytes32 subject, PartyId party, address account) internal {
        register = _link(register, kind, subject, party, account);
    }

    /// @dev One link of a word.
    function _link(bytes32 previous, ActKind kind, bytes32 digest, PartyId party, address account)
        internal
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(previous, kind, digest, party, account, block.number, block.timestamp));
    }

    /// @dev A deadline is the last second at which an act may be recorded; zero means that there is none.
    function _checkDeadline(uint256 index, PartyId party, uint64 deadline) internal view {
        // forge-lint: disable-next-line(block-timestamp) a block's time is what the signer tied the act to
        if (deadline != 0 && block.timestamp > deadline) revert Expired(index, party, deadline, block.timestamp);
    }

    /// @dev Strict recovery, the same as in `normledger.acts.signature`: 65 bytes, v 27 or 28, low s (EIP-2), not zero.
    function _checkSigner(uint256 index, PartyId party, address account, bytes32 digest, bytes calldata signature)
        internal
        pure
    {
        address recovered = address(0);
        if (signature.length == 65 && uint256(bytes32(signature[32:64])) <= _HALF_ORDER) {
            uint8 v = uint8(signature[64]);
            if (v == 27 || v == 28) {
                recovered = ecrecover(digest, v, bytes32(signature[:32]), bytes32(signature[32:64]));
            }
        }
        if (recovered == address(0) || recovered != account) revert WrongSigner(index, party, account, recovered);
    }

    /// @dev The EIP-712 digest of a struct hash under this contract's domain.
    function _digest(bytes32 structHash) internal view returns (bytes32) {
        // A chain that forks takes a new id; signatures for the old one must fail on the new.
        bytes32 domain = block.chainid == _DEPLOYED_CHAIN ? _DEPLOYED_DOMAIN : _domain();
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }

    /// @dev Uses up the party's number on the subject: never zero, never twice, never beyond the block's time.
    function _use(bytes32 subject, Act calldata act, uint256 index, uint64 ordinal) private {
        uint64 number = act.number;
        if (number == 0) revert NumberForFoundersOnly(index, act.party);
        // forge-lint: disable-next-line(block-timestamp) so that a higher number always remains
        if (number > block.timestamp) revert NumberBeyondTime(index, act.party, number, block.timestamp);
        uint256 bit = uint256(1) << (ordinal & 0xff);
        uint256 bits = _used[subject][number][ordinal >> 8];
        if (bits & bit != 0) revert NumberUsed(index, act.party, number);
        _used[subject][number][ordinal >> 8] = bits | bit;
    }

    /// @dev The EIP-712 domain separator of this contract on this chain.
    function _domain() private view returns (bytes32) {
        return keccak256(
            abi.encode(ConsentTypes.DOMAIN, keccak256("NormLedger"), keccak256("1"), block.chainid, address(this))
        );
    }
}
