"""Renders what packs give as text for terminals."""

from __future__ import annotations

from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_WIDTH: Final = 110
_INDENT: Final = "  "


def as_list(packs: Sequence[dict[str, Any]]) -> str:
    """Return one line per pack below a heading per type."""
    lines: list[str] = []
    column = max((len(pack["name"]) for pack in packs), default=0)
    for kind in dict.fromkeys(pack["type"] for pack in packs):
        lines += ["", kind] if lines else [kind]
        lines += [f"{_INDENT}{pack['name']:<{column}}  {pack['title']}" for pack in packs if pack["type"] == kind]
    return "\n".join([*lines, ""])


def as_page(pack: dict[str, Any]) -> str:
    """Return everything that a pack gives, section by section; empty sections are left out."""
    lines = [f"{pack['name']}: {pack['title']} ({pack['type']})"]
    lines += [f"{_INDENT}{key:<7}  {pack[key]}" for key in ("version", "source")]
    sections: dict[str, Iterable[str]] = {
        "Notes": (line for note in pack["notes"] for line in _item(note)),
        "Parameters": _parameters(pack["parameters"]),
        "Families": (line for family in pack["families"] for line in _entry(family["name"], family["help"])),
        "Signals": (line for signal in pack["signals"] for line in _signal(signal)),
        "Alerts": (line for alert in pack["alerts"] for line in _alert(alert)),
        "Alerts that every service with these signals gets": (
            line for alert in pack["general_alerts"] for line in _alert(alert)
        ),
        "Panels": (line for panel in pack["panels"] for line in _entry(panel["title"], panel["description"])),
    }
    for title, content in sections.items():
        found = list(content)
        lines += ["", title, *found] if found else []
    return "\n".join([*lines, ""])


def _parameters(entries: Sequence[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        words = ["required"] if entry["required"] else []
        words += [f"one of {', '.join(entry['choices'])}"] if "choices" in entry else []
        words += [f"default {entry['default']}"] if "default" in entry else []
        yield from _entry(f"{entry['name']} ({'; '.join(words or ['optional'])})", entry["help"])


def _signal(signal: dict[str, Any]) -> Iterator[str]:
    family = f", family {signal['family']}" if "family" in signal else ""
    metrics = [f"Prometheus {' + '.join(signal['prometheus'])}"] if "prometheus" in signal else []
    metrics += [f"CloudWatch {signal['cloudwatch']}"] if "cloudwatch" in signal else []
    yield from _entry(f"{signal['name']} ({signal['type']}, {signal['unit']}{family})", signal["help"])
    yield from _below("; ".join(metrics))
    if "enabled_by" in signal:
        yield from _below(f"exists only with {signal['enabled_by']}")
    if "needs" in signal:
        yield from _below(f"needs the parameter {', '.join(signal['needs'])}")


def _alert(alert: dict[str, Any]) -> Iterator[str]:
    yield f"{_INDENT}{alert['name']} ({alert['layer']}, {alert['kind']})"
    for item in alert["severities"]:
        yield from _below(f"{item['severity']}: {_trigger(alert, item)} for {item['for']}")
    yield from _below(alert["reason"])


def _trigger(alert: dict[str, Any], item: dict[str, Any]) -> str:
    if "absent" in alert:
        return f"{alert['absent']} is absent"
    if "new_code" in alert:
        return f"a new code of {alert['new_code']}"
    return " and ".join(
        f"{_measured(part)} {part['op']} "
        f"{part.get('at') or item.get('at') or 'what the spec says'} ({part['threshold']})"
        f"{_least(part)}"
        for part in alert["compares"]
    )


def _least(part: dict[str, Any]) -> str:
    if "at_least" not in part:
        return ""
    return f" with at least {part['at_least']} {part['signals'][0]} in {part.get('window', '5m')},"


def _measured(part: dict[str, Any]) -> str:
    """What is compared, in the words that people use for it; forms without such words by their name."""
    first, *others = part["signals"]
    second = others[0] if others else ""
    match part["form"]:
        case "level":
            return str(first)
        case "quantile":
            return f"p{plain(Decimal(part['q']) * 100)} of {first}"
        case "rate":
            return f"{first} per second"
        case "increase":
            return f"{first} in {part.get('window', '5m')}"
        case "ratio" | "share":
            return f"{first} as a share of {second}"
        case "mean":
            return f"{first} per {second}"
        case "seasonal":
            return f"{first} as a share of what is usual"
        case form:
            return f"{form} of {' by '.join(part['signals'])}"


def _entry(name: str, text: str) -> Iterator[str]:
    yield f"{_INDENT}{name}"
    yield from _below(text)


def _item(text: str) -> list[str]:
    return wrap(
        text,
        _WIDTH,
        initial_indent=f"{_INDENT}- ",
        subsequent_indent=_INDENT * 2,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _below(text: str) -> list[str]:
    return wrap(
        text,
        _WIDTH,
        initial_indent=_INDENT * 3,
        subsequent_indent=_INDENT * 3,
        break_long_words=False,
        break_on_hyphens=False,
    )
