// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consent} from "./Consent.sol";
import {Act, ActKind, ConsentTypes, PartyId, PartyKind} from "./ConsentTypes.sol";
import {Holder, IPartyRegistry} from "./interfaces/IPartyRegistry.sol";

/// @title Parties, and what they state of others.
/// @notice Anyone may claim any identifier: whose recognition counts is the reader's choice, never this contract's.
contract PartyRegistry is Consent, IPartyRegistry {
    /// @dev Slot 3. Who acts for a party; written by `claim`, once.
    mapping(PartyId party => Holder holder) private _holders;

    /// @dev Slot 4. How many parties there are; the newest has this ordinal.
    uint64 private _count;

    /// @inheritdoc IPartyRegistry
    function claim(
        string calldata identifier,
        PartyKind kind,
        bytes32 profile,
        address account,
        uint64 deadline,
        bytes calldata signature
    ) external returns (PartyId party) {
        if (kind == PartyKind.None) revert KindMissing();
        if (bytes(identifier).length == 0 || bytes(identifier).length > 200) {
            revert IdentifierLength(bytes(identifier).length);
        }
        party = PartyId.wrap(keccak256(abi.encode(keccak256(bytes(identifier)), kind, account)));
        if (_holders[party].account != address(0)) revert AlreadyClaimed(party);
        _checkDeadline(0, party, deadline);
        bytes32 digest = _digest(ConsentTypes.hashClaim(identifier, kind, profile, account, deadline));
        _checkSigner(0, party, account, digest, signature);

        _holders[party] = Holder(account, ++_count);
        word[PartyId.unwrap(party)] = _link(0, ActKind.Claim, digest, party, account);
        _enter(ActKind.Claim, PartyId.unwrap(party), party, account);
        emit PartyClaimed(party, kind, identifier, profile, account, deadline, signature);
    }

    /// @inheritdoc IPartyRegistry
    function state(PartyId author, Act[] calldata acts) external {
        if (acts.length == 0) revert Empty();
        Holder memory holder = _holders[author];
        if (holder.account == address(0)) revert UnknownParty(0, author);
        bytes32 list = listOf(author);
        bytes32 commitment = word[list];
        for (uint256 i = 0; i < acts.length; ++i) {
            Act calldata act = acts[i];
            if (PartyId.unwrap(act.party) != PartyId.unwrap(author)) revert NotTheAuthor(i, author, act.party);
            if (
                act.kind != ActKind.Recognition && act.kind != ActKind.Alignments && act.kind != ActKind.Reports
                    && act.kind != ActKind.Withdrawal
            ) revert KindNotHere(i, act.kind);
            commitment = _append(commitment, list, act, i, holder.account, holder.ordinal);
            // So that no batch can be left out of a count. A root may come again: were it entered once only, whoever
            // stated it first would keep its other authors out of the register.
            if (act.kind == ActKind.Alignments || act.kind == ActKind.Reports) {
                _enter(act.kind, act.refersTo, author, holder.account);
            }
        }
        word[list] = commitment;
    }

    /// @inheritdoc IPartyRegistry
    function holders(PartyId[] calldata parties) external view returns (Holder[] memory found) {
        found = new Holder[](parties.length);
        for (uint256 i = 0; i < parties.length; ++i) {
            found[i] = _holders[parties[i]];
        }
    }

    /// @inheritdoc IPartyRegistry
    function listOf(PartyId author) public pure returns (bytes32) {
        return keccak256(abi.encode("list", author));
    }
}
