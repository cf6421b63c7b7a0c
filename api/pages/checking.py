"""Pages for whoever takes nobody's word: check us, how to read a page, a document by its hash."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.pages.rendering import SHOWN, Shown, render
from api.pages.seen import Sees
from normledger.acts.act import Contract
from normledger.documents.canonical import canonical_bytes
from normledger.errors import NotFound
from normledger.identifiers import Hash
from normledger.ledger.queries import View

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_VERIFIER = Path(__file__).parent.parent / "static" / "verifier.html"
_SHOWN = 24_000
"""Characters of a document that its page shows; beyond, only the file has all of it."""


@router.get("/audit")
def audit(request: Request, seen: Sees) -> HTMLResponse:
    """What to compare with a stranger, and how."""

    def gathered() -> dict[str, Any]:
        workspace = seen.asked.workspace
        return {
            "digest": str(seen.view.digest),
            "release": workspace.release.name,
            "contracts": [(contract.title, str(workspace.release.address(contract))) for contract in Contract],
            "trust": workspace.trust,
            "names": {id_: party.name for id_, party in seen.view.parties.items()},
            "fault": seen.asked.fault,
            "verifier": _VERIFIER.is_file(),
            "acts": _acts(seen.view),
        }

    return render(request, "audit.html", at=seen.view.at, twin=("/v1/status", {}), **seen.do(gathered))


def _acts(view: View) -> list[tuple[Shown, int]]:
    """How many acts the register holds, as the timeline shows them: real ones, then those of the exercise."""
    worlds = [party.world for one in view.acts.values() if (party := view.parties.get(one.act.party))]
    counts: list[tuple[Shown, int]] = [(shown, worlds.count(SHOWN[shown][1])) for shown in ("consented", "exercise")]
    return [(shown, count) for shown, count in counts if count]


@router.get("/about")
def about(request: Request, seen: Sees) -> HTMLResponse:
    """How to read a page."""
    return render(request, "about.html", at=seen.view.at, twin=("/v1/status", {}))


@router.get("/documents/{name}")
def document(request: Request, seen: Sees, name: str) -> HTMLResponse:
    """A document in its canonical form."""

    def gathered() -> dict[str, Any]:
        found = seen.view.document(Hash.parse(name))
        if found is None:
            raise NotFound("document", name, "it may be at hand at another mirror; ask there by this hash")
        data = found.to_json()
        text = canonical_bytes(data).decode()
        return {"kind": data["type"], "text": text[:_SHOWN], "size": len(text.encode()), "cut": len(text) > _SHOWN}

    return render(
        request, "document.html", at=seen.view.at, name=name, twin=(f"/v1/documents/{name}", {}), **seen.do(gathered)
    )
