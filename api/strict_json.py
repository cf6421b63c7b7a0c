"""Bodies read strictly: a duplicate key, a float or deep nesting is refused, where most parsers keep quiet.

What is signed is a hash of exact data; two readers of one body must never see two things in it.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

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
        body = await request.body()
        if not body.strip():
            raise InputError("it is empty; send a JSON object")
        given = parse_json(body)
        try:
            return model.model_validate(given)
        except ValidationError as error:
            faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
            raise RequestValidationError(faults) from None

    return read


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
