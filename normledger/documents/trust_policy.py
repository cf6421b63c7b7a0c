"""The reader's file: whose recognitions, alignments and reports count.

One JSON object, `{"type": "trust-policy", "recognitions": [ids], "alignments": [ids], "reports": [ids]}`, ids being
those of registered parties. Its hash is an input of every composition. The empty policy trusts nobody: then no signed
alignment and no report counts, and nobody is merged with anybody.
"""

from dataclasses import dataclass
from typing import Any

from normledger.documents.canonical import content_hash
from normledger.errors import InputError
from normledger.identifiers import Hash, PartyId

_FIELDS = ("recognitions", "alignments", "reports")


@dataclass(frozen=True)
class TrustPolicy:
    """Whom the reader believes, by kind of statement; each in ascending order of id."""

    recognitions: tuple[PartyId, ...] = ()
    alignments: tuple[PartyId, ...] = ()
    reports: tuple[PartyId, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The policy's canonical data."""
        return {"type": "trust-policy", **{field: [str(party) for party in getattr(self, field)] for field in _FIELDS}}

    @property
    def hash(self) -> Hash:
        """Its name in derivations."""
        return content_hash(self.to_json())


def read_trust_policy(data: Any, *, source: str | None = None) -> TrustPolicy:
    """Check parsed JSON and give the policy. Raises `InputError` with the field."""
    if not isinstance(data, dict) or data.get("type") != "trust-policy":
        raise InputError('a trust policy is a JSON object with "type": "trust-policy"', source=source, field="type")
    unknown = sorted(set(data) - {"type", *_FIELDS})
    if unknown:
        raise InputError(f"a trust policy has only the fields {', '.join(_FIELDS)}", source=source, field=unknown[0])
    lists: dict[str, tuple[PartyId, ...]] = {}
    for field in _FIELDS:
        entries = data.get(field, [])
        if not isinstance(entries, list):
            raise InputError("give a list of party ids", source=source, field=field)
        try:
            lists[field] = tuple(sorted({PartyId.parse(entry) for entry in entries}))
        except InputError as error:
            raise error.at(source=source, field=field) from None
    return TrustPolicy(**lists)
