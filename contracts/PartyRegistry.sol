// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consent} from "./Consent.sol";
import {Act, ActKind, ConsentTypes, Holder, Holders, PartyId, PartyKind, Signer} from "./ConsentTypes.sol";
import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";

/// @title Parties, their powers, and what they state of others.
/// @notice Anyone may claim any identifier: whose recognition counts is the reader's choice, never this contract's.
contract PartyRegistry is Consent, IPartyRegistry {
    /// @dev What a party's own act is signed with.
    struct Own {
        ActKind kind;
        PartyId party;
        uint64 number;
        uint64 deadline;
    }

    /// @dev What a representative may do: one bit by kind of act, 1 << kind; and its last second.
    struct Powers {
        uint192 kinds;
        uint64 until;
    }

    /// @dev What an author may state of others, on its list.
    uint256 private constant _STATEMENTS = 1 << uint256(ActKind.Recognition) | 1 << uint256(ActKind.Alignments) | 1
        << uint256(ActKind.Reports) | 1 << uint256(ActKind.Withdrawal) | 1 << uint256(ActKind.Cancellation);

    /// @dev Slot 3. Who acts for a party; made by `claim`, changed by `_own` (last number) and `rotate` alone.
    mapping(PartyId party => Holder holder) private _holders;

    /// @dev Slot 4. Powers by party, epoch, representative and subject: the kinds' bits, and until when.
    mapping(bytes32 grant => Powers powers) private _powers;

    /// @dev Slot 5. The accounts that a party left, by `rotate`; never cleared.
    mapping(PartyId party => mapping(address account => bool left)) private _left;

    /// @dev Slot 6. How many parties there are; the newest has this ordinal.
    uint32 private _count;

    /// @inheritdoc IPartyRegistry
    function claim(string calldata identifier, PartyKind kind, bytes32 profile, uint64 deadline, Signer calldata signer)
        external
        returns (PartyId party)
    {
        if (kind == PartyKind.None) revert KindMissing();
        bytes32 hash = _identifierHash(identifier);
        party = PartyId.wrap(keccak256(abi.encode(hash, kind, signer.account)));
        if (_holders[party].account() != address(0)) revert AlreadyClaimed(party);
        _checkDeadline(0, party, deadline);
        bytes32 digest =
            _digest(keccak256(abi.encode(ConsentTypes.CLAIM, hash, kind, profile, signer.account, deadline)));
        _checkSignature(0, party, signer.account, digest, signer.signature);

        _holders[party] = Holders.pack(signer.account, ++_count, 0, 0);
        _begin(ActKind.Claim, PartyId.unwrap(party), digest, party, signer.account);
        emit Recorded(PartyId.unwrap(party), msg.data);
    }

    /// @inheritdoc IPartyRegistry
    function claimFurther(
        PartyId party,
        string calldata identifier,
        bytes32 profile,
        uint64 number,
        uint64 deadline,
        Signer calldata signer
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(
                ConsentTypes.FURTHER_CLAIM,
                party,
                _identifierHash(identifier),
                profile,
                signer.account,
                number,
                deadline
            )
        );
        _own(Own(ActKind.FurtherClaim, party, number, deadline), structHash, signer);
    }

    /// @inheritdoc IPartyRegistry
    function rotate(
        PartyId party,
        address next,
        uint64 number,
        uint64 deadline,
        Signer calldata signer,
        bytes calldata consent
    ) external {
        bytes32 structHash = keccak256(abi.encode(ConsentTypes.ROTATION, party, next, signer.account, number, deadline));
        address former = _own(Own(ActKind.Rotation, party, number, deadline), structHash, signer);
        if (next == former) revert SameAccount(party, next);
        if (_left[party][next]) revert FormerAccount(party, next);
        _checkSignature(0, party, next, _digest(structHash), consent);

        _left[party][former] = true;
        Holder holder_ = _holders[party];
        _holders[party] = Holders.pack(next, holder_.ordinal(), holder_.epoch() + 1, holder_.last());
    }

    /// @inheritdoc IPartyRegistry
    function empower(
        PartyId party,
        address representative,
        bytes32 subject,
        uint256 kinds,
        uint64 until,
        uint64 number,
        uint64 deadline,
        Signer calldata signer
    ) external {
        // One bit by kind: at least one, none for the kind None, none beyond the last.
        if (kinds == 0 || kinds & 1 != 0 || kinds >> (uint256(type(ActKind).max) + 1) != 0) revert NoKinds(party);
        // forge-lint: disable-next-line(block-timestamp) powers that are over already would mislead whoever reads them
        if (until < block.timestamp) revert PowersOver(party, until, block.timestamp);
        bytes32 structHash = keccak256(
            abi.encode(
                ConsentTypes.FULL_POWERS, party, representative, subject, kinds, until, signer.account, number, deadline
            )
        );
        _own(Own(ActKind.FullPowers, party, number, deadline), structHash, signer);
        // forge-lint: disable-next-line(unsafe-typecast) checked above: no bit beyond the last kind's
        _powers[_grantOf(party, representative, subject)] = Powers(uint192(kinds), until);
    }

    /// @inheritdoc IPartyRegistry
    function revoke(
        PartyId party,
        address representative,
        bytes32 subject,
        uint64 number,
        uint64 deadline,
        Signer calldata signer
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(ConsentTypes.REVOCATION, party, representative, subject, signer.account, number, deadline)
        );
        _own(Own(ActKind.Revocation, party, number, deadline), structHash, signer);
        delete _powers[_grantOf(party, representative, subject)];
    }

    /// @inheritdoc IPartyRegistry
    function cancel(PartyId party, uint64 number, uint64 deadline, Signer calldata signer) external {
        bytes32 structHash =
            keccak256(abi.encode(ConsentTypes.OWN_CANCELLATION, party, signer.account, number, deadline));
        _own(Own(ActKind.Cancellation, party, number, deadline), structHash, signer);
    }

    /// @inheritdoc IPartyRegistry
    function state(PartyId author, Act[] calldata acts, Signer[] calldata signers) external {
        if (acts.length == 0) revert Empty();
        Holder holder_ = _holders[author];
        Batch memory batch;
        _open(batch, listOf(author));
        for (uint256 i = 0; i < acts.length; ++i) {
            Act calldata given = acts[i];
            if (PartyId.unwrap(given.party) != PartyId.unwrap(author)) revert NotTheAuthor(i, author, given.party);
            ActKind kind = _kindAmong(i, given.stamp, _STATEMENTS);
            address account = _append(batch, batch.subject, i, kind, given, holder_, signers);
            // So that no batch can be left out of a count. A root may come again: were it entered once only, whoever
            // stated it first would keep its other authors out of the register.
            if (kind == ActKind.Alignments || kind == ActKind.Reports) _enter(kind, given.refersTo, author, account);
        }
        _close(batch);
        emit Recorded(batch.subject, msg.data);
    }

    /// @inheritdoc IPartyRegistry
    function holder(PartyId party) external view returns (Holder) {
        return _holders[party];
    }

    /// @inheritdoc IPartyRegistry
    function holders(PartyId[] calldata parties) external view returns (Holder[] memory found) {
        found = new Holder[](parties.length);
        for (uint256 i = 0; i < parties.length; ++i) {
            found[i] = _holders[parties[i]];
        }
    }

    /// @inheritdoc IPartyRegistry
    function isEmpowered(PartyId party, address representative, bytes32 subject, ActKind kind)
        external
        view
        returns (bool)
    {
        return _isEmpowered(party, representative, subject, kind);
    }

    /// @inheritdoc IPartyRegistry
    function listOf(PartyId author) public pure returns (bytes32) {
        return keccak256(abi.encode("list", author));
    }

    /// @dev Checks a party's act on itself and links it; its number must be higher than the last. Gives the account that
    /// acts for the party until now.
    function _own(Own memory own, bytes32 structHash, Signer calldata signer) private returns (address account) {
        Holder holder_ = _holders[own.party];
        account = holder_.account();
        if (account == address(0)) revert UnknownParty(0, own.party);
        _checkDeadline(0, own.party, own.deadline);
        _checkNumber(0, own.party, own.number);
        if (own.number <= holder_.last()) revert NumberPassed(own.party, own.number, holder_.last());
        bytes32 subject = PartyId.unwrap(own.party);
        _checkPowers(0, own.party, holder_, signer.account, subject, own.kind);
        bytes32 digest = _digest(structHash);
        _checkSignature(0, own.party, signer.account, digest, signer.signature);

        // A number is not beyond the block's time, which 40 bits hold for 34,000 years.
        _holders[own.party] = Holders.pack(account, holder_.ordinal(), holder_.epoch(), uint40(own.number));
        word[subject] = _link(word[subject], own.kind, digest, own.party, signer.account);
        emit Recorded(subject, msg.data);
    }

    /// @dev By powers for this scope, or by powers for all.
    function _isEmpowered(PartyId party, address account, bytes32 scope, ActKind kind)
        internal
        view
        override
        returns (bool)
    {
        return _covers(_powers[_grantOf(party, account, scope)], kind)
            || _covers(_powers[_grantOf(party, account, 0)], kind);
    }

    /// @dev Whether powers name a kind and have not run out.
    function _covers(Powers memory powers, ActKind kind) private view returns (bool) {
        // forge-lint: disable-next-line(block-timestamp) powers end at a time
        return powers.kinds >> uint256(kind) & 1 != 0 && block.timestamp <= powers.until;
    }

    /// @dev Where the powers of a representative lie; the epoch in it ends all of them by a rotation.
    function _grantOf(PartyId party, address representative, bytes32 subject) private view returns (bytes32) {
        return keccak256(abi.encode(party, _holders[party].epoch(), representative, subject));
    }

    /// @dev Identifiers are short, so that a claim costs anybody about the same to read.
    function _identifierHash(string calldata identifier) private pure returns (bytes32) {
        uint256 length = bytes(identifier).length;
        if (length == 0 || length > 200) revert IdentifierLength(length);
        return keccak256(bytes(identifier));
    }
}
