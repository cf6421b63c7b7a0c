// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ActKind, PartyId} from "../ConsentTypes.sol";

/// @title What every contract of NormLedger promises: signed acts, each used once, none ever lost from sight.
/// @notice A subject's word is the running commitment of all acts on it:
/// word = keccak256(abi.encode(previous word, kind, digest, party, signer, block number, block time)).
/// Words lie in storage slot 0 (a mapping by subject) and the register's word in slot 1, in every contract.
interface IConsent {
    /// @notice Signed acts entered their words. Whoever decodes the call, and knows who held each party then, can link
    /// them again: docs/reference/words.md.
    /// @param subject the subject that the call names: an agreement, stances on one, a norm, a party or a list; of a call
    /// on many norms, the party
    /// @param call    the call itself, selector and arguments
    event Recorded(bytes32 indexed subject, bytes call);

    /// @notice A call that `carry` was to carry was refused, and left out.
    /// @param index  its place among the calls, from 0
    /// @param reason the custom error with which it was refused
    event LeftOut(uint256 index, bytes reason); // solhint-disable-line gas-indexed-events

    /// @dev `index` counts the acts of the call from 0, so that a refused batch names the act that spoilt it.
    error Empty();
    error UnknownParty(uint256 index, PartyId party);
    error KindNotHere(uint256 index, uint256 kind);
    error Expired(uint256 index, PartyId party, uint64 deadline, uint256 time);
    error NumberUsed(uint256 index, PartyId party, uint64 number);
    error NumberBeyondTime(uint256 index, PartyId party, uint64 number, uint256 time);
    error NumberForFoundersOnly(uint256 index, PartyId party);
    error NoSuchSigner(uint256 index, uint256 signer, uint256 count);
    error WrongSigner(uint256 index, PartyId party, address expected, address recovered);
    error WalletRefused(uint256 index, PartyId party, address wallet);
    error SignatureTooLong(uint256 index, PartyId party, uint256 length, uint256 most);
    error NotEmpowered(uint256 index, PartyId party, address representative, ActKind kind);
    error TooLittleGas(uint256 index, uint256 left, uint256 needed);
    error CallRefused(uint256 index, bytes reason);

    /// @notice Makes many calls of this contract in one transaction, for anyone: who sends never matters.
    /// @param calls    calls of this contract, at least one
    /// @param leaveOut whether a refused call is left out and told (`LeftOut`), or spoils all (`CallRefused`). A call that
    /// had too little gas, or that is none of this contract's, is never left out: the whole transaction reverts
    /// (`TooLittleGas`), so that a sender can't starve a wallet
    function carry(bytes[] calldata calls, bool leaveOut) external;

    /// @notice The running commitment of all acts on `subject`.
    /// @param subject an agreement, stances on one, a norm, a party or an author's list
    /// @return the word, or zero if there was no act on it
    function word(bytes32 subject) external view returns (bytes32);

    /// @notice The running commitment of all subjects of this contract, in the order in which they came to be.
    /// @return the register's word, in which a subject's id stands where an act's digest would
    function register() external view returns (bytes32);

    /// @notice Whether a party has used a number.
    /// @param subject an agreement, stances on one, a norm or a list; a party's own subject keeps no bits
    /// @param number  the number
    /// @param ordinal the party's place in the registry
    /// @return whether an act of that party with that number is on the subject's word
    function isUsed(bytes32 subject, uint64 number, uint32 ordinal) external view returns (bool);

    /// @notice Whether a contract wallet takes a signature for its own. It gets 500,000 gas; whatever goes wrong in it
    /// undoes this call alone, which is why this contract asks through itself.
    /// @param wallet    the wallet
    /// @param digest    what was to be signed
    /// @param signature what it is to judge
    /// @return whether it answered with ERC-1271's value
    function isSignedByWallet(address wallet, bytes32 digest, bytes calldata signature) external view returns (bool);

    /// @notice The EIP-712 domain as ERC-5267 tells it.
    /// @return fields            0x0f: name, version, chain id and contract are used, the salt is not
    /// @return name              "NormLedger"
    /// @return version           "1"
    /// @return chainId           the chain's id now
    /// @return verifyingContract this contract
    /// @return salt              zero, unused
    /// @return extensions        none
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
        );
}
