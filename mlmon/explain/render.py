"""Renders explanations as text for terminals, as Markdown, and as JSON."""

from __future__ import annotations

import json
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any, Final

from mlmon.report import visible
from mlmon.targets.markdown import text
from mlmon.units import Duration, percent, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlmon.explain.model import Allowance, Between, Explanation, Outage, Reaction

_HEADS: Final = ("TIER", "SEVERITY", "FIRES AFTER", "COST BY THEN", "RESOLVES WITHIN")
_WIDTHS: Final = (16, 10, 26, 14, 0)
_DAY: Final = 86400
_PRECISE: Final = 600


def as_text(found: Sequence[Explanation]) -> str:
    """Return text for terminals and pipes, 100 columns wide."""
    lines: list[str] = []
    for item in found:
        lines += [f"{visible(title(item))}", f"  {visible(item.slo.description)}", "", f"  {_allows(item)}"]
        lines += [f"    {cell}" for cell in _columns([_allowance(row) for row in item.allowances])]
        for outage in item.outages:
            lines += ["", f"  {outage.name}: {_verdict(item, outage)}"]
            if _is_noticed(outage):
                lines += [f"    {_row(_HEADS)}", *(f"    {_row(_cells(row))}" for row in outage.reactions)]
        lines += ["", *(f"  {sentence}" for sentence in item.never), ""]
    return "\n".join([*(line.rstrip() for line in lines), _FOOT, ""])


_FOOT: Final = "Times run from the start of an outage to a firing alert; Alertmanager's group_wait comes on top."


def as_markdown(found: Sequence[Explanation]) -> str:
    """Return Markdown; every text in it is quoted."""
    lines: list[str] = []
    for item in found:
        lines += [f"# {text(title(item))}", "", text(item.slo.description), "", _allows(item), ""]
        lines += ["| Within | Total outage | Bad events |", "|---|---|---|"]
        lines += [f"| {' | '.join(_allowance(row))} |" for row in item.allowances]
        for outage in item.outages:
            lines += ["", f"## {text(outage.name)}", "", f"{_verdict(item, outage).capitalize()}."]
            if not _is_noticed(outage):
                continue
            lines += ["", f"| {' | '.join(head.capitalize() for head in _HEADS)} |", f"|{'---|' * len(_HEADS)}"]
            lines += [f"| {' | '.join(text(cell) for cell in _cells(row))} |" for row in outage.reactions]
        lines += ["", *(f"- {text(sentence)}" for sentence in item.never), ""]
    return "\n".join([*lines, _FOOT, ""])


def as_json(found: Sequence[Explanation]) -> str:
    """Return JSON; times are seconds, shares are ratios of 1."""
    return json.dumps({"slos": [_data(item) for item in found]}, indent=2, ensure_ascii=False) + "\n"


def title(item: Explanation) -> str:
    """Write `service/slo: 99.9% over 30d`, for each of its groups where it has any."""
    groups = f" for each {', '.join(item.slo.group_by)}" if item.slo.group_by else ""
    return f"{item.slo.service}/{item.slo.name}: {percent(item.slo.objective)} over {item.slo.period}{groups}"


def _allows(item: Explanation) -> str:
    if item.slo.counts_time:
        return "It allows, counting time:"
    if item.rate is None:
        return "It allows, in total outage (give --rate 50/s, or `traffic:` in the spec, to see events):"
    return f"It allows, at an even {_rate(item.rate)}:"


def _rate(rate: Decimal) -> str:
    for unit, seconds in (("s", 1), ("m", 60), ("h", 3600)):
        if rate * seconds >= 1:
            return f"{_rounded(rate * seconds)} events/{unit}"
    return f"{_rounded(rate * _DAY)} events/d"


def _rounded(number: Decimal) -> str:
    digits = "1" if number >= 10 else "0.1"
    return plain(number.quantize(Decimal(digits)))


def _allowance(item: Allowance) -> list[str]:
    errors = "" if item.errors is None else f"{item.errors:,.0f}" if item.errors >= 10 else _rounded(item.errors)
    return [str(item.window), _length(item.outage), f"{errors} bad events" if errors else ""]


def _columns(rows: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def _is_noticed(outage: Outage) -> bool:
    return any(row.fires for row in outage.reactions)


def _verdict(item: Explanation, outage: Outage) -> str:
    silence = "" if _is_noticed(outage) else "; no tier fires"
    if outage.ratio <= item.slo.budget:
        return f"within the promise{silence}"
    lasts = _length(item.slo.budget * item.slo.period.seconds / outage.ratio)
    return f"uses the whole budget up in {lasts}{silence}"


def _row(cells: Iterable[str]) -> str:
    return " ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))


def _cells(row: Reaction) -> tuple[str, ...]:
    if row.fires is None or row.resolves is None or row.cost is None:
        return row.tier.name, row.tier.severity, f"never: {row.why}", "", ""
    cost = percent((row.cost * 100).quantize(Decimal("0.1"), ROUND_CEILING) / 100)
    return row.tier.name, row.tier.severity, _range(row.fires), cost, _length(row.resolves.latest)


def _range(found: Between) -> str:
    first, last = _length(found.earliest), _length(found.latest)
    return first if first == last else f"{first} to {last}"


def _length(seconds: Decimal) -> str:
    """Write seconds exactly below ten minutes, by minutes below a day, and by tenths of a day above three."""
    if seconds < 10:
        return f"{plain(seconds.quantize(Decimal('0.1')))}s"
    if seconds >= 3 * _DAY:
        return f"{plain((seconds / _DAY).quantize(Decimal('0.1')))}d"
    step = 1 if seconds < _PRECISE else 60
    return str(Duration(Decimal(round(seconds / step) * step)))


def _data(item: Explanation) -> dict[str, Any]:
    return {
        "service": item.slo.service,
        "slo": item.slo.name,
        "objective": float(item.slo.objective),
        "period": str(item.slo.period),
        "events_per_second": None if item.rate is None or item.slo.counts_time else float(item.rate),
        "allows": [
            {
                "window": str(row.window),
                "outage_seconds": float(row.outage),
                "bad_events": None if row.errors is None else float(row.errors),
            }
            for row in item.allowances
        ],
        "outages": [
            {"ratio": float(outage.ratio), "tiers": [_reaction(row) for row in outage.reactions]}
            for outage in item.outages
        ],
        "never": list(item.never),
    }


def _reaction(row: Reaction) -> dict[str, Any]:
    return {
        "tier": row.tier.name,
        "severity": row.tier.severity,
        "fires": _between(row.fires),
        "resolves": _between(row.resolves),
        "cost": None if row.cost is None else round(float(row.cost), 6),
        "why": row.why,
    }


def _between(found: Between | None) -> list[float] | None:
    return None if found is None else [round(float(found.earliest), 1), round(float(found.latest), 1)]
