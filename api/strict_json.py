"""Bodies read strictly: a duplicate key, a float or deep nesting is refused, where most parsers keep quiet.

What is signed is a hash of exact data; two readers of one body must never see two things in it.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from api.body_faults import Body
from normledger.documents.canonical import parse_json
from normledger.errors import InputError

_M = TypeVar("_M", bound=BaseModel)


def body_of(model: type[_M]) -> Callable[[Request], Awaitable[_M]]:
    """A dependency that reads a request's body as this model."""

    async def read(request: Request) -> _M:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise HTTPException(
                415, f"Send the body as application/json, {f'not as {kind}' if kind else 'and say so'}."
            )
        request.state.body = Body()
        given = parse_json(_text(await request.body()), source="The body")
        request.state.body = Body(given, frozenset(model.model_fields))
        try:
            return model.model_validate(given)
        except ValidationError as error:
            faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
            raise RequestValidationError(faults) from None

    return read


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start} is not UTF-8; send the text as UTF-8", source="The body") from None


def described(model: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    """The body in OpenAPI, with an example."""
    schema = model.model_json_schema()
    inlined = _inlined(schema, schema.pop("$defs", {}))
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": inlined, "example": example}},
        }
    }


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with its references replaced by what they refer to: they would lead nowhere in another document."""
    if isinstance(schema, list):
        return [_inlined(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items()}
