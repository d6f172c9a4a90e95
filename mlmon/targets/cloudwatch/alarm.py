"""CloudWatch alarms as plain values, with the words of PutMetricAlarm and PutCompositeAlarm.

Sources: CloudWatch API reference, "PutMetricAlarm", "PutCompositeAlarm", "MetricDataQuery", "MetricStat".
Nothing is checked on construction: `limits.problems` says what AWS would refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from mlmon.targets.cloudwatch.hcl import Ref

Action: TypeAlias = str | Ref
"""Where a state change is sent: the key of an SnsTopic of the same module, or a reference to any ARN."""

State: TypeAlias = Literal["ALARM", "OK", "INSUFFICIENT_DATA"]
"""What an alarm can be in."""


@dataclass(frozen=True, kw_only=True)
class MetricStat:
    """One metric reduced to one number a period."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    stat: str
    """A basic statistic such as `Sum` or an extended one such as `p99`: here both share one field."""
    period: int
    """Seconds: 1, 5, 10, 20, 30 or a multiple of 60."""


@dataclass(frozen=True, kw_only=True)
class MetricQuery:
    """A metric or an expression over other queries, in an alarm or on a dashboard; exactly one of the two is set."""

    id: str
    """Lower-case letter first, then letters, digits and `_`; expressions use it as a name."""
    metric: MetricStat | None = None
    expression: str = ""
    """Metric math such as `100 * errors / requests`, or a Metrics Insights `SELECT`."""
    period: int | None = None
    """Seconds; for a Metrics Insights `SELECT` only, math takes the period of its metrics."""
    label: str = ""
    """What a graph or an alarm calls the result; the id if empty."""
    return_data: bool = False
    """Whether this is the result: what the alarm watches, or a line that the graph shows."""


@dataclass(frozen=True, kw_only=True)
class MetricAlarm:
    """An alarm on one metric (`namespace` to `extended_statistic`) or on metric math (`metric_queries`)."""

    name: str
    """Unique in account and region; Terraform replaces the alarm when it changes."""
    description: str = ""

    namespace: str = ""
    metric: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    statistic: str = ""
    """`SampleCount`, `Average`, `Sum`, `Minimum` or `Maximum`."""
    extended_statistic: str = ""
    """Percentiles and trimmed statistics: `p99`, `tm90`, `TM(5%:95%)`, `IQM`, `PR(:0.5)`."""
    period: int | None = None
    """Seconds: 10, 20, 30 or a multiple of 60."""
    metric_queries: tuple[MetricQuery, ...] = ()
    """Metric math instead of the six fields above."""

    comparison_operator: str
    """`GreaterThanThreshold` and the like; an anomaly band needs one of the three operators that name a band."""
    threshold: Decimal | None = None
    """In the metric's own unit; None only with `threshold_metric_id`."""
    threshold_metric_id: str = ""
    """Id of the query that holds `ANOMALY_DETECTION_BAND(...)`."""
    evaluation_periods: int
    """N: how many of the latest periods are looked at."""
    datapoints_to_alarm: int
    """M: how many of those N must breach."""
    treat_missing_data: str = "missing"
    """`missing`, `ignore`, `breaching` or `notBreaching`."""
    evaluate_low_sample_count_percentiles: str = ""
    """`evaluate` or `ignore`, for percentiles only; AWS evaluates if empty."""

    alarm_actions: tuple[Action, ...] = ()
    ok_actions: tuple[Action, ...] = ()
    insufficient_data_actions: tuple[Action, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class InState:
    """True while the alarm is in the state; the alarm must be part of the same module."""

    alarm: MetricAlarm | CompositeAlarm
    state: State = "ALARM"


@dataclass(frozen=True)
class AllOf:
    """True while every rule is."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class AnyOf:
    """True while one rule at least is."""

    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Not:
    """True while the rule is not."""

    rule: Rule


Rule: TypeAlias = InState | AllOf | AnyOf | Not
"""When a composite alarm is in ALARM."""


@dataclass(frozen=True, kw_only=True)
class Suppressor:
    """An alarm that holds back a composite's actions while it is in ALARM itself, for example during a deployment."""

    alarm: MetricAlarm | CompositeAlarm
    wait_seconds: int
    """How long actions wait for the suppressor to go into ALARM."""
    extension_seconds: int
    """How long actions stay suppressed after it has left ALARM."""


@dataclass(frozen=True, kw_only=True)
class CompositeAlarm:
    """An alarm on the states of other alarms; those should have no actions of their own."""

    name: str
    description: str = ""
    rule: Rule
    suppressor: Suppressor | None = None
    alarm_actions: tuple[Action, ...] = ()
    ok_actions: tuple[Action, ...] = ()
    insufficient_data_actions: tuple[Action, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


Alarm: TypeAlias = MetricAlarm | CompositeAlarm
"""Both kinds share one set of names in an account and region."""
