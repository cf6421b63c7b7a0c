"""One party, agreement or norm, out of its rows and its documents, as of a block.

Belongs here: how one entry is put together. Does not belong here: finding entries, and keeping them. It knows no view:
a view keeps catalogues whose entries are made here, and were there a way back, then each answer's thousands of rows
would wait for the garbage collector, which stops everything when it looks through them all.
"""

from collections.abc import Callable, Sequence

from normledger.acts import anchors, consent, powers
from normledger.acts.act import ActKind, Contract, Recorded, RecordedAct, RecordedClaim, stances_on
from normledger.acts.release import Release
from normledger.acts.successive import agreement_of, left
from normledger.chain.calls import Terms
from normledger.documents.document import ADMISSIONS, Agreement, Norm, Profile
from normledger.identifiers import KINDS, Address, AgreementId, DocumentHash, Hash, NormId, PartyId
from normledger.ledger.answers import AgreementView, AsOf, NormView, Party
from normledger.ledger.rows import Opening, Rows, recorded
from normledger.ledger.store import DocumentStore

AccountAt = Callable[[PartyId, Recorded], Address | None]
"""The account that acted for a party when something was recorded; None for whoever was not registered then."""


class Entries:
    """Makes entries; what it reads of a subject or a party, the rows keep."""

    def __init__(self, rows: Rows, store: DocumentStore, release: Release, at: AsOf) -> None:
        self._rows, self._store, self._release, self._at = rows, store, release, at

    def party(self, id_: Hash) -> Party | None:
        """A registered party; None for another."""
        made = self._rows.claim(id_)
        return None if made is None else self._party(PartyId(id_), made)

    def _party(self, id_: PartyId, made: RecordedClaim) -> Party:
        claim, own = made.claim, self._rows.own_acts(id_)
        held = powers.tenures(made, own)
        profiles = [claim.profile, *(one.act.profile for one in own if isinstance(one.act, powers.FurtherClaim))]
        known = (self._store.read(profile) for profile in reversed(profiles))
        return Party(
            id=id_,
            identifier=claim.identifier,
            kind=KINDS[claim.kind - 1],
            account=held[-1].account,
            recorded=made.recorded,
            digest=made.digest,
            profile=next((one for one in known if isinstance(one, Profile)), None),
            claim=made,
            own=own,
            tenures=held,
            powers=powers.powers(own),
        )

    def agreement(self, opening: Opening) -> AgreementView:
        """An agreement as it was opened, with what was said and done on it since."""
        row, founders = opening
        terms = Terms(DocumentHash.parse(row.document), Hash.parse(row.clauses), founders, row.admission)
        read = self._store.read(terms.document)
        fault = None
        if read is None:
            fault = "its text is not at hand; fetch it by its hash"
        elif not isinstance(read, Agreement) or terms_of(read) != terms:
            fault = "its text says something else than the chain: parties, clauses or admission differ"
        document = read if isinstance(read, Agreement) and fault is None else None
        id_ = AgreementId.parse(row.id)
        acts = self._rows.acts_on(Contract.AGREEMENT_LEDGER, id_)
        status = left(self._standing(document, acts), self._later) if document else None
        others = consent.stances(self._rows.acts_on(Contract.AGREEMENT_LEDGER, stances_on(id_)))
        return AgreementView(id_, terms, document, fault, acts, status, recorded(row), others)

    def _standing(self, text: Agreement, acts: Sequence[RecordedAct]) -> consent.Status:
        """What stands of an agreement by its own acts alone."""
        numbers = self._rows.kinds({act.act.party for act in acts})
        return consent.standing(text, acts, self._at.time, {party: KINDS[one - 1] for party, one in numbers.items()})

    def _later(self, name: DocumentHash) -> consent.Status | None:
        """The same of a text that replaces another; None where it is not at hand, or no agreement that was signed."""
        text = self._store.read(name)
        acts = self._rows.acts_on(Contract.AGREEMENT_LEDGER, agreement_of(text)) if isinstance(text, Agreement) else ()
        return self._standing(text, acts) if isinstance(text, Agreement) and acts else None

    def norm(self, id_: Hash, account_at: AccountAt) -> NormView | None:
        """A published norm; None for what was not published. `account_at` tells whose anchored signatures count."""
        acts = self._rows.acts_on(Contract.NORM_REGISTRY, id_)
        if not acts:
            return None
        read = self._store.read(id_)
        # Whoever anchored others' endorsements cannot take them back: a withdrawal is of its own stance.
        standing = [act for act in acts if act.act.kind is ActKind.ANCHOR]
        leaves = {act.digest: self._store.rooted(act.act.content) for act in standing}
        counted = anchors.counting(
            ((act, document) for act in standing if (document := leaves[act.digest]) is not None),
            self._release.domain(Contract.NORM_REGISTRY, self._at.chain_id),
            account_at,
            acts,
        )
        return NormView(
            NormId(id_),
            read if isinstance(read, Norm) else None,
            acts[0],
            acts,
            consent.stances(acts),
            counted,
            tuple(act for act in standing if leaves[act.digest] is None),
        )


def terms_of(agreement: Agreement) -> Terms:
    """What an agreement's document commits to on the chain."""
    return Terms(
        agreement.hash,
        agreement.clause_root,
        tuple(founder.id for founder in agreement.founders),
        ADMISSIONS.index(agreement.rules.admission),
    )
