"""Turns pydantic's errors into findings: placed, in plain words, with what to write instead."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel

from mlmon.diagnostics import Finding, Place, did_you_mean, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from mlmon.spec.source import Document, KeyPath

_KINDS = {
    "string_type": ("text", "put it in quotes"),
    "bool_type": ("true or false", "write true or false"),
    "int_type": ("a whole number", "write a number without quotes"),
    "dict_type": ("a mapping", "write `key: value` lines below it"),
    "list_type": ("a list", "begin each item with `- `"),
    "model_type": ("a mapping", "write `key: value` lines below it"),
    "model_attributes_type": ("a mapping", "write `key: value` lines below it"),
}


def findings(error: ValidationError, document: Document, model: type[BaseModel], prefix: KeyPath = ()) -> list[Finding]:
    """Return one finding per problem of what stands at `prefix` in `document`, which was validated as `model`."""
    return [_finding(detail, document.below(prefix), model) for detail in error.errors()]


def _finding(detail: ErrorDetails, document: Document, model: type[BaseModel]) -> Finding:
    where, kind = detail["loc"], detail["type"]
    if kind == "extra_forbidden":
        return _unknown(where, document, model)
    place = document.locate(where)
    if kind == "mlmon":
        context = detail["ctx"]
        rule = "spec-secret" if "secret" in context["message"] else "spec-value"
        return Finding(rule=rule, message=context["message"], advice=context["advice"], place=_pointed(where, document))
    if kind == "missing":
        message = f"the key `{where[-1]}` is missing"
        return Finding(rule="spec-missing", message=message, advice=f"add `{where[-1]}:` here", place=place)
    message, advice = _plain(detail)
    return Finding(rule="spec-value", message=message, advice=advice, place=place)


def _pointed(where: KeyPath, document: Document) -> Place:
    # A refused key of a mapping is reported by pydantic below the key, with the part "[key]".
    if where and where[-1] == "[key]":
        return document.locate(where[:-1], key=True)
    return document.locate(where)


def _unknown(where: KeyPath, document: Document, model: type[BaseModel]) -> Finding:
    known = sorted(_keys(_model_at(model, where[:-1])))
    guess = did_you_mean(str(where[-1]), known)
    advice = guess or f"remove it; known keys here are {one_of(known)}"
    real = tuple(
        part for index, part in enumerate(where) if index == len(where) - 1 or where[: index + 1] in document.values
    )
    message = f"unknown key `{where[-1]}`"
    return Finding(rule="spec-unknown-key", message=message, advice=advice, place=document.locate(real, key=True))


def _plain(detail: ErrorDetails) -> tuple[str, str]:
    kind, value = detail["type"], _shown(detail["input"])
    if kind in _KINDS:
        expected, advice = _KINDS[kind]
        return f"{value} is not {expected}", advice
    if kind in {"literal_error", "union_tag_invalid"}:
        context = detail["ctx"]
        words = [
            word.strip(" '")
            for word in context.get("expected", context.get("expected_tags", "")).replace(" or ", ",").split(",")
        ]
        wrong = context.get("tag", detail["input"])
        guess = did_you_mean(str(wrong), words)
        return f"{_shown(wrong)} is not one of the values allowed here", f"{guess} " * bool(
            guess
        ) + f"write {one_of(words)}"
    if kind == "union_tag_not_found":
        return "the key `type` is missing", "add `type:` with pagerduty, opsgenie, slack, msteams, email or webhook"
    if kind in {"too_short", "dict_too_short"}:
        return "at least one entry is needed here", "add one, or remove the key"
    return f"{value}: {detail['msg'][0].lower()}{detail['msg'][1:]}", "correct the value"


def _shown(value: Any) -> str:
    if value is None:
        return "an empty value"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _keys(model: type[BaseModel] | None) -> Iterable[str]:
    if model is None:
        return ()
    return (field.alias or name for name, field in model.model_fields.items())


def _model_at(model: type[BaseModel], where: KeyPath) -> type[BaseModel] | None:
    """Follow a pydantic location through the annotations to the model that stands there."""
    types_here: list[Any] = [model]
    for part in where:
        types_here = [inner for kind in types_here for inner in _step(kind, part)] or types_here
    models = [kind for kind in types_here if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return models[0] if models else None


def _step(kind: Any, part: str | int) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        tag = kind.model_fields.get("type")
        if tag and part in get_args(tag.annotation):
            return [kind]
        matches = [field for name, field in kind.model_fields.items() if part in (field.alias, name)]
        return [inner for field in matches for inner in _flat(field.annotation)]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is list:
        return _flat(arguments[0])
    return _flat(arguments[1]) if origin is dict else []


def _flat(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return [inner for argument in get_args(annotation) for inner in _flat(argument)]
    if hasattr(annotation, "__metadata__"):
        return _flat(annotation.__origin__)
    return [annotation]
