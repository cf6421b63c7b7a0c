"""The service's description (OpenAPI 3.1) and its pages: the reference, and what each type of problem is.

The description's examples are of this instance, taken from its register, so that whoever tries one gets an answer. The
pages are plain HTML without scripts, made from the same description.
"""

from collections.abc import Callable, Iterator
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.access import Access
from api.problem_types import TYPES, ProblemType
from api.schemas import Problem
from normledger.acts.act import ActKind
from normledger.errors import NormLedgerError
from normledger.ledger.queries import View

_HASH = "0x5c2a0f6e1d7b8394a5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c"
_INTRODUCTION = (
    "Reading is public, writing is signed: no accounts, no cookies. Every reading answer states its block, in `as_of` "
    "and in the header `NormLedger-As-Of`; ask for another by `as_of` or `at`. Lists come in pages, or whole as files."
)


_DESCRIBED: dict[tuple[object, ...], dict[str, Any]] = {}
"""What was described in this process, by its routes: making it takes half a second, and tests make many services."""


def describe(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """What `app.openapi` is to be: made once, with the problem that every operation may answer."""

    def described() -> dict[str, Any]:
        routes = app.version, *(getattr(route, "endpoint", None) for route in app.routes)
        if routes not in _DESCRIBED:
            document = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                description=_INTRODUCTION,
                routes=app.routes,
                servers=[{"url": "/"}],
            )
            schemas = document["components"]["schemas"]
            schemas.setdefault("Problem", Problem.model_json_schema())
            _DESCRIBED[routes] = document
        app.openapi_schema = _DESCRIBED[routes]
        return app.openapi_schema

    return described


def with_examples(document: dict[str, Any], access: Access) -> dict[str, Any]:
    """The description with examples that this instance answers, as of its newest final block."""
    try:
        found = _examples(access)
    except NormLedgerError:  # nothing is indexed yet: the examples show the form alone
        found = {}
    paths: dict[str, Any] = {}
    for path, methods in document["paths"].items():
        paths[path] = {method: _with(operation, path, found) for method, operation in methods.items()}
    return {**document, "paths": paths}


def _with(operation: dict[str, Any], path: str, found: dict[str, Any]) -> dict[str, Any]:
    parameters = []
    for one in operation.get("parameters", ()):
        name = one["name"]
        example = found.get(f"{path} {name}", found.get(name) if one["in"] == "path" or one.get("required") else None)
        if example is None and one.get("required"):
            example = _HASH
        parameters.append(one if example is None else {**one, "example": example})
    return {**operation, "parameters": parameters} if parameters else operation


def _examples(access: Access) -> dict[str, Any]:
    """By parameter, or by path and parameter: what there is here."""
    view = access.view()
    found: dict[str, Any] = {}
    for party in view.parties:
        found["party"] = str(party)
        break
    for one in view.agreements.values():
        found["agreement"] = str(one.id)
        if one.document and one.status and one.status.bound:
            member = one.status.bound[0]
            found["clause"] = str(min(member.clauses)) if member.clauses else str(one.document.clause_ids[0])
            found["/v1/evidence/consent agreement"] = str(one.id)
            found["/v1/evidence/consent clause"] = found["clause"]
            found["/v1/evidence/consent party"] = str(member.party)
            break
    if "agreement" not in found:
        for hash_ in view.reported_agreements:
            found["agreement"] = str(hash_)
            found["clause"] = str(view.reported_agreements[hash_].clause_ids[0])
            break
    for norm in view.norms.values():
        found["norm"] = found["subject"] = str(norm.id)
        found["/v1/diff since"] = "0"
        found["digest"] = str(norm.publication.digest)
        found["hash_"] = str(norm.id)
        for act in norm.acts:
            if act.act.kind is ActKind.ENDORSEMENT:
                found["/v1/norms/{norm}/endorsements/typed-data party"] = str(act.act.party)
        break
    for digest, act in view.acts.items():
        if act.represented:
            found["act"] = str(digest)
            break
    found["q"], found["/v1/candidates limit"] = "cyber", 5
    found |= _composed(access, view)
    return {name: value for name, value in found.items() if value is not None}


def _composed(access: Access, view: View) -> dict[str, Any]:
    found: dict[str, Any] = {}
    composition = access.compose(view, "reported", "real")
    standing = [row for row in composition.rows if row.stands]
    for row in standing[:1]:
        found["key"], found["outcome"] = str(row.key), str(row.outcomes[0])
        found["one"], found["other"] = row.parties[0], row.parties[-1]
        found["/v1/candidates/{key}/pairs by"] = row.parties[0]
        outside = [actor.key for actor in composition.context.parties if actor.key not in row.parties]
        clause = composition.outcomes[row.outcomes[0]].clauses[0]
        if outside:
            found["/v1/explore/what-if consent"] = [f"{outside[0]}={clause}"]
    for one in composition.selection.undertakings[:1]:
        found["leaf"] = found["report"] = str(one.acts[0])
    return found


# --- pages


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)} · NormLedger</title>\n"
        '<link rel="stylesheet" href="/static/style.css">\n</head>\n<body>\n'
        '<header><p><a href="/">NormLedger</a> · <a href="/docs/api">API</a></p></header>\n'
        f"<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def problem_page(one: ProblemType) -> str:
    """What a type of problem is, for people."""
    body = (
        f"<p>Type <code>/problems/{escape(one.name)}</code>, status {one.status}.</p>\n"
        f"<p>What happened: {_text(one.what)}.</p>\n<p>What to do: {_text(one.fix)}.</p>\n"
        '<p><a href="/problems">All types of problems</a></p>'
    )
    return _page(one.title, body)


def problems_page() -> str:
    """All types of problems."""
    rows = "\n".join(
        f'<tr><th scope="row"><a href="/problems/{one.name}"><code>{one.name}</code></a></th><td>{one.status}</td>'
        f"<td>{_text(one.what)}</td><td>{_text(one.fix)}</td></tr>"
        for one in TYPES.values()
    )
    return _page(
        "Types of problems",
        "<p>Every refusal of the API is one problem (RFC 9457): its type, its status, and one sentence.</p>\n"
        '<table>\n<thead><tr><th scope="col">type</th><th scope="col">status</th><th scope="col">what</th>'
        f'<th scope="col">what to do</th></tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>',
    )


def reference_page(document: dict[str, Any]) -> str:
    """Every operation with its parameters, and an example to follow."""
    parts = [f"<p>{_text(document['info']['description'])}</p>"]
    parts.append('<p>The same for machines: <a href="/v1/openapi.json">/v1/openapi.json</a>. ')
    parts.append('What a refusal means: <a href="/problems">types of problems</a>.</p>')
    by_tag: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    for tag, operations in by_tag.items():
        parts.append(f'<h2 id="{escape(tag)}">{escape(tag.capitalize())}</h2>')
        parts += operations
    return _page("API, version 1", "\n".join(parts))


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    lines = [f'<h3 id="{escape(operation["operationId"])}"><code>{method.upper()} {escape(path)}</code></h3>']
    lines.append(f"<p>{_text(operation.get('description', ''))}</p>")
    parameters = operation.get("parameters", [])
    if parameters:
        lines.append("<dl>")
        for one in parameters:
            need = ", needed" if one.get("required") else ""
            told = _text(one.get("description") or one.get("schema", {}).get("description") or "")
            lines.append(f"<dt><code>{escape(one['name'])}</code> ({escape(one['in'])}{need})</dt><dd>{told}</dd>")
        lines.append("</dl>")
    if method == "get":
        address = example_of(path, operation)
        lines.append(f'<p>Example: <a href="{escape(address)}"><code>{escape(address)}</code></a></p>')
    return "\n".join(lines)


def example_of(path: str, operation: dict[str, Any]) -> str:
    """The address that an operation's examples make."""
    query: list[tuple[str, str]] = []
    for one in operation.get("parameters", ()):
        if "example" not in one:
            continue
        if one["in"] == "path":
            path = path.replace("{" + one["name"] + "}", quote(str(one["example"]), safe=":"))
        elif one["in"] == "query":
            many = one["example"] if isinstance(one["example"], list) else [one["example"]]
            query += [(one["name"], str(value)) for value in many]
    return path + (f"?{urlencode(query)}" if query else "")


def _text(text: str) -> str:
    """Prose with `code` in it."""
    return "".join(_marked(text))


def _marked(text: str) -> Iterator[str]:
    for place, part in enumerate(text.split("`")):
        yield f"<code>{escape(part)}</code>" if place % 2 else escape(part)
