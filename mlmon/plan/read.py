"""Reads a pack's quantities: a form's name, its signals, and options."""

from __future__ import annotations

from dataclasses import MISSING, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mlmon.diagnostics import did_you_mean, one_of
from mlmon.plan.forms import FORMS
from mlmon.plan.quantities import Quantity
from mlmon.units import Duration, UnitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlmon.plan.signals import Signal


class QuantityError(ValueError):
    """A pack's quantity that cannot be read; the message says why."""


def signal_names(entry: Mapping[str, Any]) -> list[str]:
    """Return the names of the signals that a quantity reads. Raises QuantityError for an unknown form."""
    value = entry[_form(entry)]
    return [str(name) for name in (value if isinstance(value, list) else [value])]


def read_quantity(entry: Mapping[str, Any], lookup: Callable[[str], Signal | None]) -> Quantity | None:
    """Build the quantity, or return None when a signal it needs does not exist. Raises QuantityError."""
    form = FORMS[_form(entry)]
    names = signal_names(entry)
    slots = [item.name for item in fields(form) if item.type == "Signal"]
    if len(names) != len(slots):
        raise QuantityError(f"`{form.form}` takes {len(slots)} signals ({', '.join(slots)}), not {len(names)}")
    signals = [lookup(name) for name in names]
    options = _options(form, {key: value for key, value in entry.items() if key != form.form})
    if None in signals:
        return None
    made: dict[str, Any] = dict(zip(slots, signals, strict=True)) | options
    return form(**made)


def _form(entry: Mapping[str, Any]) -> str:
    forms = [key for key in entry if key in FORMS]
    if len(forms) != 1:
        raise QuantityError(f"a quantity needs exactly one form: {one_of(FORMS)}")
    return forms[0]


def _options(form: type[Quantity], given: dict[str, Any]) -> dict[str, Any]:
    known = {item.name: item for item in fields(form) if item.type != "Signal"}
    for key in given:
        if key not in known:
            raise QuantityError(f"`{form.form}` has no option `{key}`; {did_you_mean(key, known) or one_of(known)}")
    for name, item in known.items():
        if item.default is MISSING and name not in given:
            raise QuantityError(f"`{form.form}` needs `{name}`")
    return {key: _convert(str(known[key].type), value) for key, value in given.items()}


def _convert(kind: str, value: Any) -> Any:
    try:
        if kind.startswith("Duration"):
            return Duration.of(str(value))
        if kind.startswith("Decimal"):
            return Decimal(value)
    except (UnitError, ArithmeticError, TypeError) as error:
        raise QuantityError(str(error)) from None
    return tuple(value) if isinstance(value, list) else value
