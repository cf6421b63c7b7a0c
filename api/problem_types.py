"""The types of problems: one table, from which the pages at `/problems/{name}` are made; the documentation repeats it.

Belongs here: name, status, title, what it is and what to do. Does not belong here: which error is of which type
(`problems`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A stable type. `what` says what happened, `fix` what whoever meets it can do."""

    name: str
    status: int
    title: str
    what: str
    fix: str


_ALL = (
    ProblemType(
        "bad-input", 422, "The input is not well formed",
        "what was given is not well formed: a document, a hash, a cursor, a parameter that is not known",
        "correct what `detail` names and send it again",
    ),
    ProblemType(
        "not-found", 404, "Not found",
        "nothing here answers to this hash, identifier or name",
        "check it; on another chain or at another block it may be there",
    ),
    ProblemType(
        "bad-signature", 422, "The signature proves nothing",
        "the signature is not strict, not that account's, or for another chain, contract or act",
        "sign the digest of this typed data with the party's account",
    ),
    ProblemType(
        "refused", 409, "Refused",
        "well formed, but contracts or rules say no: closed agreement, used number, passed deadline",
        "read the reason; prepare a new act with a new number",
    ),
    ProblemType(
        "chain-unavailable", 503, "The chain is not available",
        "the node can't be reached, is of another chain, or has not the recorded contracts",
        "try again later (`Retry-After`); the operator looks at the node",
    ),
    ProblemType(
        "reverted", 503, "The chain is not available",
        "a contract undid a call, for a reason that nobody foresaw here",
        "tell the operator",
    ),
    ProblemType(
        "workspace", 503, "The service is not ready",
        "the workspace is missing, newer than the program, or somebody else writes in it",
        "the operator looks at the workspace",
    ),
    ProblemType(
        "integrity", 503, "Two records of one fact differ",
        "two records of one fact differ: index and chain, text and hash",
        "the operator looks; nothing more is written until then",
    ),
    ProblemType(
        "http-404", 404, "Not found",
        "there is nothing at this address",
        "`/v1/openapi.json` lists what there is",
    ),
    ProblemType(
        "http-405", 405, "Not done here",
        "this address does not take that method",
        "`/v1/openapi.json` tells which it takes",
    ),
    ProblemType(
        "http-413", 413, "Too large",
        "the body is larger than 1 MiB",
        "send less at once",
    ),
    ProblemType(
        "http-415", 415, "Of another type than is read here",
        "the body is not `application/json`, or does not say what it is",
        "send JSON and say so in `Content-Type`",
    ),
    ProblemType(
        "http-429", 429, "Too many requests",
        "this address has asked more than its share",
        "ask again after `Retry-After` seconds",
    ),
    ProblemType(
        "not-ready", 503, "The service is not ready",
        "the service answers, and its index does not follow the chain",
        "ask another instance, or this one again after `Retry-After` seconds",
    ),
    ProblemType(
        "defect", 500, "The service failed",
        "an error that nobody foresaw; the answer tells nothing of its insides",
        "tell the operator, whose log tells more",
    ),
)  # fmt: skip

TYPES = {one.name: one for one in _ALL}
