"""The spec of a promise: what is measured, how much of it must be good, over which period."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from mlmon.spec.fields import LabelName, Name, Objective, Period, Ratio, Strict, Text, Value, refuse
from mlmon.units import Duration, UnitError, read_rate

Kind = Literal["availability", "latency", "freshness", "quality", "events", "ratio", "boolean"]
"""What an SLO measures."""

_KEYS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "availability": ((), ("slice", "traffic")),
    "latency": (("threshold",), ("slice", "traffic")),
    "freshness": (("max_age",), ()),
    "quality": (("signal",), ("min", "max")),
    "events": (("total",), ("good", "bad", "slice", "traffic")),
    "ratio": (("ratio",), ("weight",)),
    "boolean": (("gauge",), ()),
}
"""Keys of their own that each kind needs, and those that it may have."""
_OWN: Final = {key for needs, may in _KEYS.values() for key in (*needs, *may)}


def _traffic(value: Any) -> Decimal:
    try:
        return read_rate(value)
    except UnitError as error:
        raise refuse(error.message, error.advice) from None


def _day_or_more(value: Duration) -> Duration:
    # Both ends are where the windows of the tiers stop making sense.
    if not Duration.of("1d") <= value <= Duration.of("90d"):
        raise refuse(f"an error budget over {value} cannot be kept", "choose a window of 1d to 90d")
    return value


BudgetPeriod = Annotated[Period, AfterValidator(_day_or_more)]
"""The period of a rolling budget."""
Traffic = Annotated[Decimal, BeforeValidator(_traffic), WithJsonSchema({"type": "string"})]
"""Events per second, written `60/h`."""


class Slice(Strict):
    """Budgets time instead of events: a slice is good when enough of its events are."""

    length: Period = Field(description="Length of a slice, such as 5m.")
    objective: Objective = Field(description="Share of a slice's events that must be good for the slice to be good.")


class Tier(Strict):
    """One multi-window burn-rate tier: `budget` is the share of the period's budget that `long` may burn."""

    name: Name
    severity: Name
    long: Period
    short: Period
    budget: Ratio
    min_errors: int = Field(default=5, ge=0, description="Bad events that `long` must hold before it fires.")
    indicators: list[Kind] = Field(default_factory=list, description="Kinds of SLO that the tier is for; all if empty.")

    @model_validator(mode="after")
    def _ordered(self) -> Tier:
        if self.short >= self.long:
            raise refuse(
                f"the short window {self.short} is not shorter than the long one", "write for example 5m and 1h"
            )
        if self.budget == 0:
            raise refuse("a tier that may burn nothing would always fire", "write a share such as 2%")
        return self


class Slo(Strict):
    """A promise: the share of good events, or of good time, over a period."""

    name: Name
    indicator: Kind | None = Field(
        default=None, description="What is measured; taken from the name where the name is one of the kinds."
    )
    objective: Objective = Field(default=Decimal("0.99"), description="Promised share of good events, such as 99.9%.")
    window: BudgetPeriod | None = Field(
        default=None, description="Rolling period of the budget, 1d to 90d; 30d if not given."
    )
    calendar: Literal["month", "quarter"] | None = Field(default=None, description="Calendar period instead (UTC).")
    description: Text | None = None
    threshold: Value | None = Field(default=None, description="latency: the time within which an answer is good.")
    max_age: Period | None = Field(default=None, description="freshness: the age up to which the model is fresh.")
    signal: LabelName | None = Field(default=None, description="quality: the signal that is measured.")
    min: Value | None = Field(default=None, description="quality: the value from which the answer counts as good.")
    max: Value | None = Field(default=None, description="quality: the value up to which the answer counts as good.")
    total: Text | None = Field(default=None, description="events: selector of the counter of all events.")
    good: Text | None = Field(default=None, description="events: selector of the counter of good events.")
    bad: Text | None = Field(default=None, description="events: selector of the counter of bad events.")
    ratio: Text | None = Field(default=None, description="ratio: PromQL of an error ratio that exists already, 0 to 1.")
    weight: Text | None = Field(default=None, description="ratio: PromQL of events per second, by which it counts.")
    gauge: Text | None = Field(default=None, description="boolean: selector of a gauge that is 1 while all is well.")
    slice: Slice | None = None
    traffic: Traffic | None = Field(
        default=None, description="Events to expect, such as 60/h; tells whether tiers can fire."
    )
    group_by: list[LabelName] = Field(
        default_factory=list, description="One budget for each value of these labels (version, region, tenant, ...)."
    )
    tiers: list[Tier] | None = Field(default=None, min_length=1, description="Tiers of its own.")

    @property
    def kind(self) -> str:
        """The indicator, given or taken from the name."""
        return self.indicator or self.name

    @model_validator(mode="after")
    def _complete(self) -> Slo:
        if self.kind not in _KEYS:
            advice = f"add `indicator:` with one of {', '.join(_KEYS)}"
            raise refuse(f'the SLO "{self.name}" does not say what it measures', advice)
        needs, may = _KEYS[self.kind]
        for key in needs:
            if getattr(self, key) is None:
                raise refuse(f'the {self.kind} SLO "{self.name}" has no `{key}`', f"add `{key}:`")
        for key in sorted(_OWN - {*needs, *may}):
            if getattr(self, key) is not None:
                message = f"`{key}` has no meaning for an SLO of kind {self.kind}"
                raise refuse(message, "remove it, or change `indicator`")
        self._choose_one("quality", "min", "max")
        self._choose_one("events", "good", "bad")
        if self.window is not None and self.calendar is not None:
            raise refuse("a budget has a rolling `window` or a `calendar` period, not both", "remove one of them")
        return self

    def _choose_one(self, kind: str, *keys: str) -> None:
        if self.kind == kind and sum(getattr(self, key) is not None for key in keys) != 1:
            raise refuse(
                f'the {kind} SLO "{self.name}" needs `{keys[0]}` or `{keys[1]}`', "write exactly one of the two"
            )
