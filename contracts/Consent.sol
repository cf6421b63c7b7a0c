// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, ConsentTypes, Holder, PartyId, Seal, Signer, Stamp} from "./ConsentTypes.sol";
import {IConsent} from "./interfaces/IConsent.sol";
import {IERC1271} from "./interfaces/IERC1271.sol";

/// @title Checks a signature, uses its number once, and links it to its subject's word.
/// @notice No owner, no pause, no upgrade; who sends a transaction never matters.
abstract contract Consent is IConsent {
    /// @dev What a call carries along from act to act: the subject, its word so far, and the page of used numbers that it
    /// has open. A page is written once another is opened, the word after the last act. Whoever is asked meanwhile (a
    /// wallet, the registry) is asked by a static call and can change nothing.
    /// `page` is number · 2^24 + ordinal / 256: which numbers of which 256 parties; zero while none is open.
    struct Batch {
        bytes32 subject;
        bytes32 commitment;
        uint256 page;
        uint256 bits;
    }

    /// @inheritdoc IConsent
    /// @dev Slot 0. Only ever grows, by one link an act: written by `_close` and `_begin`, and for a party's own subject by
    /// the registry's `_own`.
    mapping(bytes32 subject => bytes32 commitment) public word;

    /// @inheritdoc IConsent
    /// @dev Slot 1. Grows by one link a new subject; written by `_enter` alone.
    bytes32 public register;

    /// @dev Slot 2. Which numbers are used up: one bit by subject, number and party, so that the acts of 256 parties
    /// with one number share a word of storage. Written by `_putPage` alone; a bit is never cleared.
    mapping(bytes32 subject => mapping(uint256 page => uint256 bits)) private _used;

    /// @dev The chain on which this contract was deployed, and its domain separator there: it changes only by a fork.
    uint256 private immutable _DEPLOYED_CHAIN;
    bytes32 private immutable _DEPLOYED_DOMAIN;

    /// @dev Half the order of secp256k1, rounded down: the highest s of a strict signature.
    uint256 private constant _HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0;

    /// @dev What a wallet gets; what the call of this contract to itself gets around it; and what must be left before
    /// both, so that they do get it (EIP-150 keeps back a 64th of what is left at each call).
    uint256 private constant _WALLET_GAS = 500_000;
    uint256 private constant _ASKING_GAS = 560_000;
    uint256 private constant _NEEDED_GAS = 600_000;

    /// @dev The longest signature that a wallet is asked about: copying it stays within the margins above.
    uint256 private constant _LONGEST = 8192;

    constructor() {
        _DEPLOYED_CHAIN = block.chainid;
        _DEPLOYED_DOMAIN = _domain();
    }

    /// @inheritdoc IConsent
    function carry(bytes[] calldata calls, bool leaveOut) external {
        if (calls.length == 0) revert Empty();
        for (uint256 i = 0; i < calls.length; ++i) {
            // solhint-disable-next-line avoid-low-level-calls
            (bool done, bytes memory reason) = address(this).call(calls[i]);
            if (done) continue;
            // Running out of gas leaves no reason; nor do bytes that are no call of this contract, which nobody signed.
            // forge-lint: disable-next-line(unsafe-typecast) a custom error begins with the four bytes of its selector
            if (reason.length == 0 || bytes4(reason) == TooLittleGas.selector) {
                revert TooLittleGas(i, gasleft(), _NEEDED_GAS);
            }
            if (!leaveOut) revert CallRefused(i, reason);
            emit LeftOut(i, reason);
        }
    }

    /// @inheritdoc IConsent
    function isUsed(bytes32 subject, uint64 number, uint32 ordinal) external view returns (bool) {
        return _used[subject][_pageOf(number, ordinal)] & _bitOf(ordinal) != 0;
    }

    /// @inheritdoc IConsent
    function isSignedByWallet(address wallet, bytes32 digest, bytes calldata signature) external view returns (bool) {
        bytes4 answer = IERC1271(wallet).isValidSignature{gas: _WALLET_GAS}(digest, signature);
        return answer == IERC1271.isValidSignature.selector;
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

    // ---------------------------------------------------------------- the acts of one call

    /// @dev Turns a batch to the acts on one subject. Without a page its bits mean nothing.
    function _open(Batch memory batch, bytes32 subject) internal view {
        batch.subject = subject;
        batch.commitment = word[subject];
        batch.page = 0;
    }

    /// @dev Keeps what the acts of the batch have come to.
    function _close(Batch memory batch) internal {
        word[batch.subject] = batch.commitment;
        _putPage(batch);
    }

    /// @dev Checks one act, uses its number and links it; gives the account that signed it. `scope` is what powers for this
    /// subject name.
    function _append(
        Batch memory batch,
        bytes32 scope,
        uint256 index,
        ActKind kind,
        Act calldata act,
        Holder holder,
        Signer[] calldata signers
    ) internal returns (address account) {
        _checkTurn(batch, index, act.party, act.stamp, holder);
        account = holder.account();
        if (act.seal.r == 0) account = _signerOf(index, act.party, holder, scope, kind, act.seal.vs, signers);
        bytes32 structHash = ConsentTypes.hash(kind, act, batch.subject, account);
        _seal(batch, index, kind, act.party, account, structHash, act.seal, signers);
    }

    /// @dev Checks the seal under a statement of the account, never zero where the seal is a plain key's, and links it.
    function _seal(
        Batch memory batch,
        uint256 index,
        ActKind kind,
        PartyId party,
        address account,
        bytes32 structHash,
        Seal calldata seal,
        Signer[] calldata signers
    ) internal view {
        bytes32 digest = _digest(structHash);
        if (seal.r == 0) {
            _checkSignature(index, party, account, digest, signers[uint256(seal.vs)].signature);
        } else {
            address recovered = _recoverShort(digest, seal.r, seal.vs);
            if (recovered != account) revert WrongSigner(index, party, account, recovered);
        }
        batch.commitment = _link(batch.commitment, kind, digest, party, account);
    }

    /// @dev That there is such a party, that it is not too late, and that it did not use the number yet; uses it.
    function _checkTurn(Batch memory batch, uint256 index, PartyId party, Stamp stamp, Holder holder) internal {
        if (holder.account() == address(0)) revert UnknownParty(index, party);
        _checkDeadline(index, party, stamp.deadline());
        _checkNumber(index, party, stamp.number());
        uint256 page = _pageOf(stamp.number(), holder.ordinal());
        if (page != batch.page) {
            _putPage(batch);
            (batch.page, batch.bits) = (page, _used[batch.subject][page]);
        }
        uint256 bit = _bitOf(holder.ordinal());
        uint256 bits = batch.bits;
        if (bits & bit != 0) revert NumberUsed(index, party, stamp.number());
        batch.bits = bits | bit;
    }

    /// @dev Begins a new subject with its first act. Nothing was linked to it before.
    function _begin(ActKind kind, bytes32 subject, bytes32 digest, PartyId party, address account) internal {
        word[subject] = _link(0, kind, digest, party, account);
        _enter(kind, subject, party, account);
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

    // ---------------------------------------------------------------- what a signature must be

    /// @dev The kind, if it is one of those allowed: one bit each, 1 << kind.
    function _kindAmong(uint256 index, Stamp stamp, uint256 allowed) internal pure returns (ActKind) {
        if (allowed >> stamp.kindCode() & 1 == 0) revert KindNotHere(index, stamp.kindCode());
        return stamp.kind();
    }

    /// @dev A deadline is the last second at which an act may be recorded; zero means that there is none.
    function _checkDeadline(uint256 index, PartyId party, uint64 deadline) internal view {
        if (deadline != 0) {
            // forge-lint: disable-next-line(block-timestamp) a block's time is what the signer tied the act to
            if (block.timestamp > deadline) revert Expired(index, party, deadline, block.timestamp);
        }
    }

    /// @dev Never zero, never beyond the block's time, so that a higher one always remains.
    function _checkNumber(uint256 index, PartyId party, uint64 number) internal view {
        if (number == 0) revert NumberForFoundersOnly(index, party);
        // forge-lint: disable-next-line(block-timestamp) no act can use up the numbers of later days
        if (number > block.timestamp) revert NumberBeyondTime(index, party, number, block.timestamp);
    }

    /// @dev The account of the signer that a seal points at: the party's own, or one with its powers for this.
    function _signerOf(
        uint256 index,
        PartyId party,
        Holder holder,
        bytes32 scope,
        ActKind kind,
        bytes32 place,
        Signer[] calldata signers
    ) internal view returns (address account) {
        if (uint256(place) >= signers.length) revert NoSuchSigner(index, uint256(place), signers.length);
        account = signers[uint256(place)].account;
        _checkPowers(index, party, holder, account, scope, kind);
    }

    /// @dev The party itself needs no powers; a representative needs them for this kind and scope, now.
    function _checkPowers(uint256 index, PartyId party, Holder holder, address account, bytes32 scope, ActKind kind)
        internal
        view
    {
        if (account != holder.account() && !_isEmpowered(party, account, scope, kind)) {
            revert NotEmpowered(index, party, account, kind);
        }
    }

    /// @dev Whether `account` has the party's full powers for acts of this kind on `scope` now.
    function _isEmpowered(PartyId party, address account, bytes32 scope, ActKind kind)
        internal
        view
        virtual
        returns (bool);

    /// @dev A signature of any length. First as a plain key's, because an account with code may have one (EIP-7702), then
    /// as a wallet's.
    function _checkSignature(uint256 index, PartyId party, address account, bytes32 digest, bytes calldata signature)
        internal
        view
    {
        address recovered = _recoverAny(digest, signature);
        if (recovered != address(0) && recovered == account) return;
        if (account.code.length == 0) revert WrongSigner(index, party, account, recovered);
        if (signature.length > _LONGEST) revert SignatureTooLong(index, party, signature.length, _LONGEST);
        if (gasleft() < _NEEDED_GAS) revert TooLittleGas(index, gasleft(), _NEEDED_GAS);
        try this.isSignedByWallet{gas: _ASKING_GAS}(account, digest, signature) returns (bool signed) {
            if (signed) return;
            // solhint-disable-next-line no-empty-blocks
        } catch {
            // It answers with nothing, with nonsense, or burns its gas: it did not sign.
        }
        revert WalletRefused(index, party, account);
    }

    /// @dev The EIP-712 digest of a struct hash under this contract's domain.
    function _digest(bytes32 structHash) internal view returns (bytes32) {
        // A chain that forks takes a new id; signatures for the old one must fail on the new.
        bytes32 domain = block.chainid == _DEPLOYED_CHAIN ? _DEPLOYED_DOMAIN : _domain();
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }

    // ---------------------------------------------------------------- within

    /// @dev Writes the open page of used numbers, if there is one.
    function _putPage(Batch memory batch) private {
        if (batch.page != 0) _used[batch.subject][batch.page] = batch.bits;
    }

    /// @dev The page of a subject's used numbers on which 256 parties' bits for one number lie; never zero, for no number is.
    function _pageOf(uint64 number, uint32 ordinal) private pure returns (uint256) {
        return uint256(number) << 24 | ordinal >> 8;
    }

    /// @dev A party's bit on its page.
    function _bitOf(uint32 ordinal) private pure returns (uint256) {
        return uint256(1) << (ordinal & 0xff);
    }

    /// @dev A plain key's signature as bytes: 65 (r, s, v) or EIP-2098's 64. Zero if it is none.
    function _recoverAny(bytes32 digest, bytes calldata signature) private pure returns (address) {
        if (signature.length == 65) {
            return _recover(digest, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64]));
        }
        if (signature.length != 64) return address(0);
        return _recoverShort(digest, bytes32(signature[:32]), bytes32(signature[32:]));
    }

    /// @dev As EIP-2098 has it: s, and in its highest bit, which a low s leaves free, v - 27.
    function _recoverShort(bytes32 digest, bytes32 r, bytes32 vs) private pure returns (address) {
        bytes32 s = (vs << 1) >> 1;
        return _recover(digest, s == vs ? 27 : 28, r, s);
    }

    /// @dev Strict recovery, the same as in `normledger.acts.signature`: low s (EIP-2). The precompile itself takes no v but
    /// 27 and 28, and no r or s that is zero or beyond the order: it gives zero then.
    function _recover(bytes32 digest, uint8 v, bytes32 r, bytes32 s) private pure returns (address) {
        if (uint256(s) > _HALF_ORDER) return address(0);
        return ecrecover(digest, v, r, s);
    }

    /// @dev The EIP-712 domain separator of this contract on this chain.
    function _domain() private view returns (bytes32) {
        return keccak256(
            abi.encode(ConsentTypes.DOMAIN, keccak256("NormLedger"), keccak256("1"), block.chainid, address(this))
        );
    }
}
