// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Holder, PartyId, PartyKind, Signer} from "../ConsentTypes.sol";
import {IConsent} from "./IConsent.sol";

/// @title Parties, their powers, and what they state of others: recognitions, alignments, reports.
/// @notice A party's own word begins with its claim; what it states of others goes to a word of its own, its list. On its
/// own subject a party's numbers only rise, so that a grant of powers that somebody held back dies with what was recorded
/// after it.
interface IPartyRegistry is IConsent {
    error KindMissing();
    error IdentifierLength(uint256 length);
    error AlreadyClaimed(PartyId party);
    error NumberPassed(PartyId party, uint64 number, uint64 last);
    error SameAccount(PartyId party, address account);
    error FormerAccount(PartyId party, address account);
    error NoKinds(PartyId party);
    error PowersOver(PartyId party, uint64 until, uint256 time);
    error NotTheAuthor(uint256 index, PartyId author, PartyId party);

    /// @notice Registers the party that `account` claims to be.
    /// @param identifier such as `state:FRA` or `exercise:state:norvale`; 1 to 200 bytes that nobody checks, perhaps not
    /// even UTF-8
    /// @param kind       what kind of actor it claims to be
    /// @param profile    hash of the document with its name and region, or zero
    /// @param deadline   the last second at which it may be recorded, or zero for none
    /// @param signer     the account that claims and acts for the party from now on, with its signature
    /// @return party     keccak256(abi.encode(keccak256(identifier), kind, account))
    function claim(string calldata identifier, PartyKind kind, bytes32 profile, uint64 deadline, Signer calldata signer)
        external
        returns (PartyId party);

    /// @notice Adds an identifier to a party's claim, and gives its profile anew.
    /// @param party      the party
    /// @param identifier 1 to 200 bytes
    /// @param profile    hash of the document with its name and region, or zero
    /// @param number     higher than any that the party has used on itself
    /// @param deadline   as above
    /// @param signer     the party's account or a representative, with its signature
    function claimFurther(
        PartyId party,
        string calldata identifier,
        bytes32 profile,
        uint64 number,
        uint64 deadline,
        Signer calldata signer
    ) external;

    /// @notice Gives a party another account. It ends all powers given before; acts that the old account signed and nobody
    /// recorded fail from now on, for good: a party never returns to an account that it left.
    /// @param party    the party
    /// @param next     the account that acts for it from now on
    /// @param number   as above
    /// @param deadline as above
    /// @param signer   the party's account or a representative, with its signature
    /// @param consent  the signature of `next` over the same statement
    function rotate(
        PartyId party,
        address next,
        uint64 number,
        uint64 deadline,
        Signer calldata signer,
        bytes calldata consent
    ) external;

    /// @notice Gives full powers (VCLT article 7), in place of any that the representative had for the same subject.
    /// @param party          the party
    /// @param representative the account that may act for it
    /// @param subject        the agreement, norm, list or party on which it may, or zero for all; for an agreement,
    /// stances on it too
    /// @param kinds          one bit by kind of act: 1 << kind
    /// @param until          the last second at which its acts may be recorded
    /// @param number         as above
    /// @param deadline       as above
    /// @param signer         the party's account or a representative with powers for this, with its signature
    function empower(
        PartyId party,
        address representative,
        bytes32 subject,
        uint256 kinds,
        uint64 until,
        uint64 number,
        uint64 deadline,
        Signer calldata signer
    ) external;

    /// @notice Ends full powers. Acts recorded before stay valid.
    /// @param party          the party
    /// @param representative the account that had them
    /// @param subject        the subject for which they were given, or zero for all
    /// @param number         as above
    /// @param deadline       as above
    /// @param signer         the party's account or a representative with powers for this, with its signature
    function revoke(
        PartyId party,
        address representative,
        bytes32 subject,
        uint64 number,
        uint64 deadline,
        Signer calldata signer
    ) external;

    /// @notice Uses up a number, and all lower ones, on the party's own subject: what was signed with them is void.
    /// @param party    the party
    /// @param number   as above
    /// @param deadline as above
    /// @param signer   the party's account or a representative with powers for this, with its signature
    function cancel(PartyId party, uint64 number, uint64 deadline, Signer calldata signer) external;

    /// @notice Records recognitions, roots of alignments or reports, withdrawals of them, and cancellations, by one party.
    /// Each root stated enters the register, once for every act that states it.
    /// @param author  the party that states
    /// @param acts    at least one
    /// @param signers those whom their seals point at
    function state(PartyId author, Act[] calldata acts, Signer[] calldata signers) external;

    /// @notice The subject on which everything that a party states of others is linked.
    /// @param author the party
    /// @return keccak256(abi.encode("list", author))
    function listOf(PartyId author) external pure returns (bytes32);

    /// @notice Who acts for a party.
    /// @param party its id
    /// @return last · 2^216 + epoch · 2^192 + ordinal · 2^160 + account; zero where there is no such party
    function holder(PartyId party) external view returns (Holder);

    /// @notice Who acts for each of these parties.
    /// @param parties their ids
    /// @return in the same order, each as `holder` tells it
    function holders(PartyId[] calldata parties) external view returns (Holder[] memory);

    /// @notice Whether an account has a party's full powers now.
    /// @param party          the party
    /// @param representative the account
    /// @param subject        on what it would act
    /// @param kind           what it would state
    /// @return whether powers for that subject or for all name this kind and have not run out
    function isEmpowered(PartyId party, address representative, bytes32 subject, ActKind kind)
        external
        view
        returns (bool);
}
