"""Pages on which an act is chosen, prepared and signed, by a wallet in the browser or by a file on another machine."""

import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api import signing
from api.access import Access
from api.asking import Asked
from api.frame import HEADERS
from api.pages.forms import Form, read_form
from api.pages.rendering import render
from api.schemas import MOST_TEXTS, SubmissionRequest
from api.signing_schemas import PreparationAnswer, PreparationRequest
from normledger.acts.act import ActKind, stances_on
from normledger.documents.canonical import parse_json
from normledger.errors import InputError, NormLedgerError, NotFound, Refused, SignatureError
from normledger.identifiers import KINDS, Digest, Hash, NormId
from normledger.ledger.answers import AgreementView, NormView
from normledger.ledger.queries import View
from normledger.relay.requests import FIELDS, NEEDED, TERMS

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LISTED = 200
"""Parties, clauses and acts that a form offers to choose from."""

_WORDS = {kind: term for term, kind in TERMS.items()}


def scripted(page: HTMLResponse) -> HTMLResponse:
    """A page whose scripts may run and may ask this service; still nothing from elsewhere, nothing inline."""
    policy = HEADERS["Content-Security-Policy"]
    page.headers["Content-Security-Policy"] = f"{policy}; script-src 'self'; connect-src 'self'"
    page.headers["Cache-Control"] = "no-store"
    return page


def kept(request: Request, path: str) -> str:
    """An address of ours, in the language that the reader asked for."""
    language = request.query_params.get("lang")
    return f"{path}?{urlencode({'lang': language})}" if language else path


def status_of(error: NormLedgerError) -> int:
    """The status of a page that tells an error beside the form; what is not the sender's is raised again."""
    for kind, status in ((NotFound, 404), (Refused, 409), (InputError, 422), (SignatureError, 422)):
        if isinstance(error, kind):
            return status
    raise error


def validated(data: dict[str, Any]) -> PreparationRequest:
    """A request from a form's fields. Raises `InputError` for what pydantic refuses, in its words."""
    try:
        return PreparationRequest.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise InputError(fault["msg"], field=".".join(str(part) for part in fault["loc"])) from None


def prepared_page(
    request: Request, prepared: PreparationAnswer, *, back: str, ceremony: str | None = None, at: Any = None
) -> HTMLResponse:
    """What is to be signed, with the ways to sign it. In a ceremony the signature goes there."""
    posted = f"/v1/ceremonies/{ceremony}/signatures" if ceremony else "/v1/submissions"
    return scripted(
        render(
            request,
            "signing/prepared.html",
            at=at or prepared.as_of,
            prepared=prepared,
            packed=json.dumps(prepared.model_dump(exclude={"as_of"}), ensure_ascii=False, separators=(",", ":")),
            typed_data=json.dumps(prepared.typed_data, ensure_ascii=False, indent=1),
            quoted=[text["text"] for text in prepared.texts if text.get("type") == "statement"],
            posted=posted,
            network=network(request, prepared),
            uploaded=f"/ceremonies/{ceremony}/signature" if ceremony else "/sign/signature",
            after=f"/ceremonies/{ceremony}" if ceremony else f"/submissions/{prepared.digest}",
            back=back,
        )
    )


def network(request: Request, prepared: PreparationAnswer) -> dict[str, str]:
    """What a wallet is told of a chain that it does not know (EIP-3085), as far as this service is set to tell it."""
    settings = request.app.state.access.workspace.configuration
    chain: int = prepared.typed_data["domain"]["chainId"]
    if settings.public_node is None:
        return {"name": settings.chain_name or "", "added": ""}
    added = {
        "chainId": hex(chain),
        "chainName": settings.chain_name or f"Chain {chain}",
        "rpcUrls": [settings.public_node],
        "nativeCurrency": {"name": settings.coin, "symbol": settings.coin, "decimals": 18},
    }
    return {"name": settings.chain_name or "", "added": json.dumps(added, ensure_ascii=False)}


@router.get("/sign")
def choose(
    request: Request,
    asked: Asked,
    kind: Annotated[str, Query(max_length=60)] = "",
    party: Annotated[str, Query(max_length=1_000)] = "",
    subject: Annotated[str, Query(max_length=1_000)] = "",
) -> HTMLResponse:
    """First which act, then what that kind of act needs."""
    return asked.do(lambda: _form(request, asked, Form(_given(kind=kind, party=party, subject=subject))))


@router.post("/sign")
async def prepare(request: Request, asked: Asked) -> HTMLResponse:
    """The exact sentence, the typed data, and how to sign them."""
    form = await read_form(request)

    def answered() -> HTMLResponse:
        try:
            prepared = signing.prepare(asked, _request(form))
        except NormLedgerError as error:
            return _form(request, asked, form, str(error), status_of(error))
        return prepared_page(request, prepared, back="/sign")

    return await run_in_threadpool(lambda: asked.do(answered))


@router.get("/norms/{norm}/endorse")
def endorse(request: Request, asked: Asked, norm: str) -> HTMLResponse:
    """Endorse or oppose a norm, or withdraw."""
    return asked.do(lambda: _endorse(request, asked, norm, Form()))


@router.post("/norms/{norm}/endorse")
async def prepare_endorsement(request: Request, asked: Asked, norm: str) -> HTMLResponse:
    """The same as prepared."""
    form = await read_form(request)

    def answered() -> HTMLResponse:
        kind = {"oppose": "opposition", "withdraw": "withdrawal"}.get(form.get("stance"), "endorsement")
        try:
            one = asked.workspace.newest().norm(norm)
            data = {"kind": kind, "party": form.get("party"), "subject": str(one.id), "text": form.get("text")}
            prepared = signing.prepare(asked, validated(data | {"by": form.get("by")}))
        except NormLedgerError as error:
            return _endorse(request, asked, norm, form, str(error), status_of(error))
        return prepared_page(request, prepared, back=f"/norms/{one.id}/endorse")

    return await run_in_threadpool(lambda: asked.do(answered))


@router.post("/sign/file")
async def download(request: Request) -> Response:
    """The prepared act as a file, for another machine."""
    form = await read_form(request)
    data = packed(form)
    text = json.dumps(data, ensure_ascii=False, indent=1)
    name = f"normledger-{_word(data.get('kind'))}-{_word(data.get('digest'))[:10]}.json"
    return Response(
        text.encode(),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@router.post("/sign/signature")
async def upload(request: Request, asked: Asked) -> Response:
    """Take a signature that was made elsewhere, as a file or pasted; then its way."""
    form = await read_form(request)

    def answered() -> Response:
        try:
            typed_data, signature, consent, texts = signature_in(form)
            done = signing.submit(
                asked, SubmissionRequest(typed_data=typed_data, signature=signature, texts=texts, consent=consent)
            )
        except NormLedgerError as error:
            return refused_page(request, str(error), status_of(error))
        return RedirectResponse(kept(request, f"/submissions/{done.digest}"), 303)

    return await run_in_threadpool(answered)


@router.get("/submissions/{digest}")
def submission(request: Request, asked: Asked, digest: str) -> HTMLResponse:
    """A submission's way; by scripts as it goes on, without them by looking again."""
    steps = signing.way(asked, Digest.parse(digest))
    one = signing.submission(asked, Digest.parse(digest))
    view = asked.workspace.newest()
    return scripted(
        render(
            request,
            "signing/submission.html",
            digest=digest,
            steps=steps,
            one=one,
            about=_place(view, one.subject),
            call=json.dumps(one.call.model_dump(exclude={"digest"}), indent=1) if one.call else "",
            last=steps[-1].state in signing.LAST,
            twin=(f"/v1/submissions/{digest}", {}),
        )
    )


def refused_page(request: Request, detail: str, status: int) -> HTMLResponse:
    """Why a signature was not taken."""
    return render(request, "signing/refused.html", status, detail=detail)


# --- forms


def _given(**values: str) -> dict[str, tuple[str, ...]]:
    return {name: (value,) for name, value in values.items() if value}


def _request(form: Form) -> PreparationRequest:
    """What the form asks for. Its fields are those of the API, but for moments, profiles and pasted documents."""
    plain = ("kind", "party", "subject", "clause", "refers_to", "same_as", "text", "content", "identifier",
             "party_kind", "account", "number", "by")  # fmt: skip
    data: dict[str, Any] = {name: form.get(name).strip() for name in plain if form.get(name)}
    data |= {name: form.moment(name) for name in ("until", "deadline")}
    data["from_outside"] = form.get("from_outside") == "yes"
    if form.get("name"):
        data["profile"] = {name: form.get(name) for name in ("name", "country", "region")}
    if form.all("kinds"):
        data["kinds"] = form.all("kinds")
    if document := form.get("document_file") or form.get("document"):
        data["document"] = parse_json(document.encode(), source="document")
        if not isinstance(data["document"], dict):
            raise InputError("a document is a JSON object", field="document")
    if form.get("basis"):
        data["basis"] = form.get("basis")
    return validated(data)


def _form(request: Request, asked: Access, form: Form, error: str = "", status: int = 200) -> HTMLResponse:
    view = asked.workspace.newest()
    kind = TERMS.get(form.get("kind"))
    known = _found(view.agreement, form.get("subject")) if form.get("subject") else None
    norm = _found(view.norm, form.get("subject")) if form.get("subject") and known is None else None
    title = (known or norm).title if known or norm else ""  # type: ignore[union-attr]  # one of them is there
    return render(
        request,
        "signing/choose.html",
        status,
        at=None,
        form=form,
        kind=form.get("kind") if kind else "",
        fields=FIELDS[kind] if kind else (),
        needed=NEEDED.get(kind, ()) if kind else (),
        error=error,
        groups=_GROUPS,
        kinds=[term for term, one in TERMS.items() if one is not ActKind.CLAIM],
        party_kinds=KINDS,
        title=title,
        place=f"/agreements/{known.id}" if known else f"/norms/{norm.id}" if norm else "",
        clauses=[clause.key for clause in known.document.clauses] if known and known.document else [],
        acts=_acts(view, known, norm, form.get("party"), kind),
        parties=[one.identifier for one in list(view.parties.values())[:_LISTED]],
    )


def _found(find: Callable[[str], Any], name: str) -> Any:
    try:
        return find(name)
    except NormLedgerError:
        return None


def _acts(
    view: View, known: AgreementView | None, norm: NormView | None, party: str, kind: ActKind | None
) -> list[tuple[str, str]]:
    """What an act may refer to: others' reservations, or what the party itself stated here."""
    found: Sequence[Any] = ()
    if known is not None:
        outside = [act for act in view.acts.values() if act.act.subject == stances_on(known.id)]
        found = [*known.acts, *outside]
    elif norm is not None:
        found = norm.acts
    if kind in (ActKind.OBJECTION, ActKind.ACCEPTANCE_OF_RESERVATION):
        found = [act for act in found if act.act.kind is ActKind.RESERVATION]
    elif kind is ActKind.WITHDRAWAL:
        signer = _found(view.party, party) if party else None
        found = [act for act in found if signer is None or act.act.party == signer.id]
    else:
        return []
    return [
        (str(act.digest), f"{view.parties[act.act.party].name}: {act.act.kind.term}, block {act.recorded.block}")
        for act in found[-_LISTED:]
    ]


def _endorse(
    request: Request, asked: Access, norm: str, form: Form, error: str = "", status: int = 200
) -> HTMLResponse:
    view = asked.workspace.newest()
    one = view.norm(norm)
    return render(
        request,
        "signing/endorse.html",
        status,
        at=None,
        norm=one,
        form=form,
        error=error,
        parties=[party.identifier for party in list(view.parties.values())[:_LISTED]],
    )


def _place(view: View, subject: str) -> tuple[str, str] | None:
    """Title and page of what an act is on; None for what has no page."""
    name = Hash.parse(subject)
    if (agreement := view.agreement_of(name)) is not None:
        return agreement.title, f"/agreements/{agreement.id}"
    norm = view.norms.get(NormId(name))
    return None if norm is None else (norm.title, f"/norms/{norm.id}")


# --- signatures that were made elsewhere


def packed(form: Form) -> dict[str, Any]:
    """The prepared act that a page's form carries along."""
    data = parse_json(form.get("prepared").encode(), source="prepared")
    if not isinstance(data, dict) or not isinstance(data.get("typed_data"), dict):
        raise InputError("the form carries no prepared act; prepare it once more", field="prepared")
    return data


def signature_in(form: Form) -> tuple[dict[str, Any], str, str, list[dict[str, Any]]]:
    """Typed data, signature, consent and texts, from an uploaded file or a pasted signature."""
    text = (form.get("file") or form.get("signature")).strip()
    if not text:
        raise InputError("choose the signed file, or paste the signature", field="signature")
    if not text.startswith("{"):
        data = packed(form)
        return data["typed_data"], text, form.get("consent").strip(), _texts(data)
    data = parse_json(text.encode(), source="the signed file")
    if not isinstance(data, dict) or not isinstance(data.get("typed_data"), dict):
        raise InputError("this is no signed file: it has no typed_data", field="file")
    signature, consent = data.get("signature", ""), data.get("consent", "")
    if not isinstance(signature, str) or not isinstance(consent, str) or not (signature or consent):
        raise InputError("the file is not signed yet; sign it first", field="file")
    return data["typed_data"], signature, consent or form.get("consent").strip(), _texts(data)


def _texts(data: dict[str, Any]) -> list[dict[str, Any]]:
    texts = data.get("texts", [])
    if not isinstance(texts, list) or len(texts) > MOST_TEXTS or not all(isinstance(one, dict) for one in texts):
        raise InputError(f"texts are a list of {MOST_TEXTS} documents at most", field="texts")
    return texts


def _word(text: Any) -> str:
    return "".join(letter for letter in str(text or "act") if letter.isascii() and (letter.isalnum() or letter == "-"))


def _words(*kinds: ActKind) -> list[str]:
    return [_WORDS[kind] for kind in kinds]


_GROUPS = (
    ("agreement", _words(
        ActKind.SIGNATURE, ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION, ActKind.RATIFICATION, ActKind.ACCEPTANCE,
        ActKind.APPROVAL, ActKind.ACCESSION, ActKind.INVITATION, ActKind.PROVISIONAL_APPLICATION, ActKind.RESERVATION,
        ActKind.ACCEPTANCE_OF_RESERVATION, ActKind.OBJECTION, ActKind.DECLARATION, ActKind.WITHDRAWAL,
        ActKind.TERMINATION, ActKind.AMENDMENT, ActKind.CORRECTION, ActKind.SUCCESSION,
    )),
    ("stance", _words(
        ActKind.ENDORSEMENT, ActKind.OPPOSITION, ActKind.PUBLICATION, ActKind.DERIVATION, ActKind.ANCHOR,
    )),
    ("list", _words(ActKind.RECOGNITION, ActKind.ALIGNMENTS, ActKind.REPORTS)),
    ("own", _words(
        ActKind.CLAIM, ActKind.FURTHER_CLAIM, ActKind.ROTATION, ActKind.FULL_POWERS, ActKind.REVOCATION,
        ActKind.CANCELLATION,
    )),
)  # fmt: skip
"""The kinds of act as the form groups them."""
