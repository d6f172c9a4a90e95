"""Conditions in plain words, for runbooks, alarm descriptions and the report of a change."""

from __future__ import annotations

from decimal import Decimal
from functools import singledispatch
from typing import TYPE_CHECKING, Final

from mlmon.plan.baselines import Decline, Growth, Seasonal, Shift
from mlmon.plan.conditions import Absent, Both, BudgetSpent, BurnRate, Compare, Condition, NewCode, NoData, Written
from mlmon.plan.moments import Age, TimeLeft
from mlmon.plan.quantities import (
    Buckets,
    Fraction,
    Gap,
    Increase,
    Level,
    Mean,
    Missing,
    PerRate,
    Quantile,
    Quantity,
    Rate,
    Ratio,
    Share,
    Variants,
)
from mlmon.plan.slo import TimeWhile
from mlmon.plan.trends import Hours, Slope, Slowdown, TimeToFull, TimeToZero
from mlmon.units import percent, plain, show

if TYPE_CHECKING:
    from mlmon.plan.signals import Signal
    from mlmon.plan.slo import BurnTier, Slo

_AGGREGATE: Final = {"max": "highest", "min": "lowest", "avg": "average", "sum": "total"}
_SMOOTH: Final = {
    "avg": "averaged over",
    "max": "at its highest in",
    "min": "at its lowest in",
    "last": "as last seen in",
}
_SPELLED: Final = {
    **{word: word.upper() for word in ("cpu", "ecc", "gpu", "hpa", "io", "kv", "oom", "psi", "xid")},
    "fds": "file descriptors",
    "nvlink": "NVLink",
    "up": "scrape success",
}
_HALF: Final = Decimal("0.5")


def sentence(condition: Condition) -> str:
    """Return when the condition holds, such as `the p99 of latency is above 500ms`; no capital, no full stop."""
    match condition:
        case Compare(quantity, op, threshold):
            limit = f"{show(threshold, quantity.unit)}{least_words(condition)}"
            return f"{_words(quantity)} is {op} {limit}{_for('any', quantity.by)}"
        case Absent(signal):
            return f"no series of {_name(signal)} exists"
        case NewCode(signal, by, window):
            return f"{_name(signal)} shows a code that is new or has changed within {window}{_for('any', by)}"
        case Both(parts):
            return " while ".join(sentence(part) for part in parts)
        case BurnRate() | BudgetSpent() | NoData():
            return _about_slo(condition)
        case Written():
            return "the expression written in the spec has a result"


def quantity_words(item: Quantity) -> str:
    """Return what a quantity is, such as `the highest GPU temperature for each GPU`."""
    return _words(item) + _for("each", item.by)


def least_words(condition: Condition) -> str:
    """Return ` with at least 5 errors in 5m` of a ratio that must stand for so many; else nothing."""
    counted = condition.counted if isinstance(condition, Compare) else None
    if counted is None or not isinstance(condition, Compare):
        return ""
    return f" with at least {condition.at_least} {_name(counted.signal)} in {counted.window}"


def _about_slo(condition: BurnRate | BudgetSpent | NoData) -> str:
    match condition:
        case BurnRate(slo, tier):
            return _burn(slo, tier)
        case BudgetSpent(slo, notice):
            until = f", but less than {percent(notice.until)}" if notice.until is not None else ""
            return f"at least {percent(notice.spent)} of the error budget of the {slo.name} SLO is spent{until}"
        case NoData(slo):
            return f"the events of the {slo.name} SLO are counted no longer, but were within the last day"


def _burn(slo: Slo, tier: BurnTier) -> str:
    what, were = ("time", "was") if isinstance(slo.indicator, TimeWhile) else ("events", "were")
    times = f"{plain(tier.factor)} times " if tier.factor != 1 else ""
    return (
        f"more than {percent(tier.threshold(slo.objective))} of the {what} of the {slo.name} SLO {were} bad, "
        f"over {tier.long} and over {tier.short} ({times}what its budget allows)"
    )


def _for(determiner: str, labels: tuple[str, ...]) -> str:
    return f" for {determiner} {' and '.join(_plain(label) for label in labels)}" if labels else ""


def _name(signal: Signal) -> str:
    return _plain(signal.name)


def _plain(identifier: str) -> str:
    """Write an identifier as people do: `gpu_temperature` as GPU temperature."""
    return " ".join(_SPELLED.get(word, word) for word in identifier.split("_"))


@singledispatch
def _words(item: Quantity) -> str:
    # A form without words of its own must still be told from others in a report.
    return f"the {item.form.replace('_', ' ')} of {' and '.join(_name(signal) for signal in item.signals)}"


@_words.register
def _(item: Rate) -> str:
    return f"the rate of {_name(item.signal)}"


@_words.register
def _(item: Increase) -> str:
    return f"the number of {_name(item.signal)} within {item.window}"


@_words.register
def _(item: Ratio) -> str:
    return f"the share of {_name(item.part)} in {_name(item.whole)}"


@_words.register
def _(item: Quantile) -> str:
    name = "median" if item.q == _HALF else f"p{plain(item.q * 100)}"
    return f"the {name} of {_name(item.signal)}"


@_words.register
def _(item: Buckets) -> str:
    return f"the distribution of {_name(item.signal)}"


@_words.register
def _(item: Mean) -> str:
    return f"the average of {_name(item.total)} by {_name(item.count)}"


@_words.register
def _(item: Level) -> str:
    smoothed = f", {_SMOOTH[item.smooth]} {item.over}," if item.over else ""
    return f"the {_AGGREGATE[item.aggregate]} {_name(item.signal)}{smoothed}"


@_words.register
def _(item: Fraction) -> str:
    return f"{_name(item.part)} as a share of {_name(item.part)} and {_name(item.rest)}"


@_words.register
def _(item: Missing) -> str:
    return f"the share of {_name(item.whole)} that is not {_name(item.present)}"


@_words.register
def _(item: Share) -> str:
    return f"{_name(item.part)} as a share of {_name(item.whole)}"


@_words.register
def _(item: PerRate) -> str:
    return f"{_name(item.level)} for each {_name(item.counter)} per second"


@_words.register
def _(item: Gap) -> str:
    return f"the number by which {_name(item.present)} is short of {_name(item.wanted)}"


@_words.register
def _(item: Age) -> str:
    return f"the time since {_name(item.signal)}"


@_words.register
def _(item: TimeLeft) -> str:
    return f"the time left until {_name(item.signal)}"


@_words.register
def _(item: Variants) -> str:
    return f"the number of different {_plain(item.label)} values in {_name(item.signal)}"


@_words.register
def _(item: Shift) -> str:
    return f"the distance of {_name(item.signal)} from the same hour a week ago"


@_words.register
def _(item: Decline) -> str:
    return f"the decline of {_name(item.signal)} below its median of the last {item.over}"


@_words.register
def _(item: Growth) -> str:
    return f"the growth of {_name(item.signal)} above its median of the last {item.over}"


@_words.register
def _(item: Seasonal) -> str:
    return f"the rate of {_name(item.signal)} as a share of its median at this hour of the last three weeks"


@_words.register
def _(item: Slope) -> str:
    return f"the growth of {_name(item.signal)} within an hour, going by the last {item.window},"


@_words.register
def _(item: TimeToZero | TimeToFull) -> str:
    end = "is used up" if isinstance(item, TimeToZero) else f"reaches {_name(item.limit)}"
    return f"the time until {_name(item.signals[0])} {end}, going by the last {item.window},"


@_words.register
def _(item: Slowdown) -> str:
    return f"the average of {_name(item.total)} by {_name(item.count)} within {item.window}, above the usual one,"


@_words.register
def _(item: Hours) -> str:
    named = f"{'unused ' if item.what == 'idle' else ''}{_name(item.signal)}"
    what = f"the hours of {named}" if item.price is None else f"the cost of {named}"
    budget = " as a share of the budget" if item.budget is not None else ""
    return f"{what} within {item.window}{budget}"
