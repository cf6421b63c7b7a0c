"""One hierarchy of errors. Facts are attributes; the message names the field, the value and the fix.

Every error that a person can cause or meet derives from `NormLedgerError`, so the command line turns it into one
sentence with exit code 1 and the API into one RFC 9457 problem. Anything else that escapes is a defect of ours.

    NormLedgerError
    ├── InputError            what a person gave us is not well formed (file, line, field, fix)
    ├── NotFound              a hash, identifier or name that nothing here answers to
    ├── SignatureError        a signature that is not strict, not that account's, or for something else
    ├── Refused               well formed, but the rules say no (closed agreement, used number …)
    ├── WorkspaceError        the folder: missing, newer than us, written by somebody else
    ├── ChainError            the node: unreachable, another chain, without our contracts
    └── IntegrityError        two records of one fact differ (index and chain, text and hash)
"""


class NormLedgerError(Exception):
    """Root of all errors told to people; `slug` names the problem type in the API."""

    slug = "error"


class InputError(NormLedgerError):
    """Input that is not well formed.

    `source` is a file name or request, `line` counts from 1, `field` is a path such as ``clauses[2].text``.
    """

    slug = "bad-input"

    def __init__(
        self, message: str, *, source: str | None = None, line: int | None = None, field: str | None = None
    ) -> None:
        self.message, self.source, self.line, self.field = message, source, line, field
        place = ", ".join(
            part for part in (source, f"line {line}" if line else None, f"field {field}" if field else None) if part
        )
        super().__init__(f"{place}: {message}" if place else message)

    def at(self, *, source: str | None = None, line: int | None = None, field: str | None = None) -> "InputError":
        """The same fault with its place made more precise by a caller that knows it."""
        return InputError(self.message, source=source or self.source, line=line or self.line, field=field or self.field)


class NotFound(NormLedgerError):
    """Nothing here answers to this name; `what` is the sort of thing, `name` what was asked for."""

    slug = "not-found"

    def __init__(self, what: str, name: str, fix: str = "") -> None:
        self.what, self.name = what, name
        super().__init__(f"There is no {what} {name!r} here{'; ' + fix if fix else '.'}")


class SignatureError(NormLedgerError):
    """A signature that proves nothing for the act it came with; `field` is what says so in the typed data, a path."""

    slug = "bad-signature"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        self.field = field
        super().__init__(message)


class Refused(NormLedgerError):
    """The contracts or the law of the agreement refuse the act; `reason` is the contract's error name if it was one."""

    slug = "refused"

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        self.reason = reason
        super().__init__(message)


class WorkspaceError(NormLedgerError):
    """The workspace cannot be used as it is."""

    slug = "workspace"


class ChainError(NormLedgerError):
    """The chain cannot be reached, or is not the one this workspace was deployed to."""

    slug = "chain-unavailable"


class IntegrityError(NormLedgerError):
    """Two records of one fact differ: nothing more is written until a person has looked."""

    slug = "integrity"
