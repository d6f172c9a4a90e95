"""Looks at what a Prometheus has stored: which alerts would have fired in the past, with these or other thresholds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import Compare
from mlmon.promql.conditions import condition
from mlmon.promql.quantities import Renderer
from mlmon.promql.text import equals
from mlmon.remote.client import BUDGETS
from mlmon.remote.http import QueryError
from mlmon.replay import rules
from mlmon.replay.curves import curves
from mlmon.replay.judge import spans_of
from mlmon.replay.model import Fired, Result
from mlmon.replay.people import messages
from mlmon.replay.trouble import ReplayError
from mlmon.units import UnitError, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlmon.plan.model import Plan, ServicePlan
    from mlmon.remote.client import Client
    from mlmon.replay.rules import Judged
    from mlmon.replay.server import Series

_POINTS: Final = 10_000
"""Prometheus refuses more than 11,000 points per series (web/api/v1, `query_range`)."""
_FINE_POINTS: Final = 100_000
_COARSEST: Final = 3600
_NO_FOR: Final = 300
"""How often an alert is looked at that fires at once; what it judges has windows of at least this length."""
_PROBES: Final = 60
_LESS: Final = "ask for less with --service or a shorter --since"
WORDS: Final = replace(BUDGETS, slow=f"{_LESS}, or raise --timeout", large=_LESS)
"""What is said when Prometheus cannot be asked."""


@dataclass(frozen=True)
class Asked:
    """Range queries over a long time, in as many requests as their points need."""

    client: Client

    def range(self, expression: str, start: float, end: float, step: float) -> Series:
        """Return the series over the whole time. Raises ReplayError."""
        found: dict[tuple[tuple[str, str], ...], list[tuple[float, float]]] = {}
        at, by = int(start), max(int(step), 1)
        while at <= end:
            until = min(int(end), at + (_POINTS - 1) * by)
            for labels, samples in self._ask(expression, at, until, by):
                found.setdefault(tuple(sorted(labels.items())), []).extend(samples)
            at = until + by
        return [(dict(labels), samples) for labels, samples in found.items()]

    def _ask(self, expression: str, start: int, end: int, step: int) -> Series:
        try:
            answer = self.client.range(expression, start, end, step)
            return [(labels, [(float(at), float(text)) for at, text in samples]) for labels, samples in answer.series]
        except QueryError as error:
            raise ReplayError(error.message, error.advice) from None
        except ValueError:
            message = "Prometheus sent a sample that is not a number"
            raise ReplayError(message, "see what answers at this address") from None


@dataclass(frozen=True)
class Past:
    """A stretch of the past of one service, and which of its recordings this Prometheus has."""

    plan: Plan
    service: ServicePlan
    asked: Asked
    start: int
    end: int
    is_cut: bool = False
    """Whether nothing is stored of what lies before `start`."""

    @classmethod
    def of(cls, plan: Plan, service: ServicePlan, asked: Asked, start: int, end: int) -> Past:
        """Return the past as far as it is stored: before that, everything would look absent. Raises ReplayError."""
        step = max((end - start) // _POINTS, 1)
        known = [at for _, samples in asked.range("count(up)", start, end, step) for at, _ in samples]
        if not known:
            message = f"{asked.client.url} has stored nothing (no `up`) in this time"
            raise ReplayError(message, "see what it scrapes and how long it keeps it, or look at another time")
        first = int(min(known)) if min(known) > start + step else start
        return cls(plan, service, asked, first - first % rules.interval(plan.outputs), end, first > start)

    def result(self, service: ServicePlan) -> Result:
        """Return what would have fired with the alerts of `service`, a variant of the same. Raises ReplayError."""
        judged, notes = self._judgeable(service)
        notes += ["nothing is stored of the time before; the replay begins where it is"] * self.is_cut
        fired: list[Fired] = []
        for item in judged:
            found, note = self._fired(item)
            fired += found
            notes += note
        fired.sort(key=lambda item: (item.spans[0].start, item.alert.id, item.labels))
        sent, silent = messages(self.plan, fired, self.end)
        every = float(max((self.end - self.start) // 300, self._step))
        return Result(
            service, self.start, self.end, self.start, float(self._step), tuple(fired), tuple(sent),
            curves(self.asked, service, fired, (self.start, self.start + every, self.end)),
            tuple(dict.fromkeys(notes)), None, tuple(silent),
        )  # fmt: skip

    @property
    def _step(self) -> int:
        return rules.interval(self.plan.outputs)

    def _judgeable(self, service: ServicePlan) -> tuple[list[Judged], list[str]]:
        """Where a recording does not exist, its expression is asked instead, unless a baseline looks back on it."""
        found = rules.alerts(service, self.plan.outputs)
        recorded = {rule.record for rule in rules.recordings(service, self.plan.outputs)}
        read = {name for item in found for name in item.reads} & recorded
        missing = {name for name in sorted(read) if not self._exists(name)}
        raw = Renderer(service).raw()
        kept: list[Judged] = []
        without: list[str] = []
        for item in found:
            text = condition(item.alert.condition, raw) if item.reads & missing else item.expr
            if rules.names(text) & missing:
                without.append(item.alert.name)
            else:
                kept.append(replace(item, expr=text, reads=rules.names(text)))
        notes = []
        if without:
            names = ", ".join(sorted(set(without)))
            notes.append(f"not judged, because what they look back on is not recorded in this Prometheus: {names}")
        return kept, [*notes, *rules.elsewhere(service)]

    def _exists(self, record: str) -> bool:
        step = max((self.end - self.start) // _PROBES, self._step)
        return bool(self.asked.range(f"count({record}{equals(service=self.service.name)})", self.start, self.end, step))

    def _fired(self, item: Judged) -> tuple[list[Fired], list[str]]:
        """Look coarsely, but no coarser than the alert has to hold; then at each evaluation around what is found."""
        hold = int(item.alert.for_.seconds)
        scan = min(max((hold or _NO_FOR) // self._step * self._step, self._step), _COARSEST)
        coarse = self.asked.range(item.expr, self.start, self.end, scan)
        hits = sorted({at for _, samples in coarse for at, _ in samples})
        keep = int(item.alert.keep_firing_for.seconds) if item.alert.keep_firing_for else 0
        stretches = list(_around(hits, scan, keep, self.start, self.end))
        points = sum((end - start) // self._step + 1 for start, end in stretches)
        if scan == self._step or points > _FINE_POINTS:
            grid, series = [float(at) for at in range(self.start, self.end + 1, scan)], coarse
            note = [f"{item.alert.name} holds so long that it was looked at every {scan} s only"] * (scan > self._step)
        else:
            grid, series, note = [], [], []
            found: dict[tuple[tuple[str, str], ...], list[tuple[float, float]]] = {}
            for start, end in stretches:
                grid += [float(at) for at in range(start, end + 1, self._step)]
                for labels, samples in self.asked.range(item.expr, start, end, self._step):
                    found.setdefault(tuple(sorted(labels.items())), []).extend(samples)
            series = [(dict(labels), samples) for labels, samples in found.items()]
        fired = [
            Fired(item.alert, item.labels(labels), tuple(spans))
            for labels, samples in series
            if (spans := spans_of(item.alert, [at for at, _ in samples], grid))
        ]
        return fired, note


def _around(hits: list[float], scan: int, keep: int, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Join hits to stretches that begin and end with a moment at which nothing is found and nothing is kept firing."""
    begin: float | None = None
    for position, hit in enumerate(hits):
        begin = hit if begin is None else begin
        if position + 1 == len(hits) or hits[position + 1] - hit > 2 * scan + keep:
            yield max(int(begin) - scan, first), min(int(hit) + scan + keep, last)
            begin = None


def proposed(service: ServicePlan, changes: dict[tuple[str, str], str]) -> ServicePlan | None:
    """Return the service with other thresholds, by their names and severities; None where it has none of them.

    `off` takes an alert away. Raises ReplayError for a value that is not of the threshold's unit.
    """
    alerts, touched = [], False
    for alert in service.alerts:
        text = changes.get((alert.threshold_key, alert.severity))
        if text is None or not isinstance(alert.condition, Compare):
            alerts.append(alert)
            continue
        touched = True
        if text == "off":
            continue
        try:
            limit = read(text, alert.condition.quantity.unit)
        except UnitError as error:
            raise ReplayError(f"--threshold {alert.threshold_key}: {error.message}", error.advice) from None
        alerts.append(replace(alert, condition=replace(alert.condition, threshold=limit)))
    return replace(service, alerts=tuple(alerts)) if touched else None


def changes(texts: Sequence[str]) -> dict[tuple[str, str], str]:
    """Read `latency_p99.page=800ms`. Raises ReplayError."""
    found = {}
    for text in texts:
        name, equals_sign, value = text.partition("=")
        key, dot, severity = name.rpartition(".")
        if not (equals_sign and dot and key and severity and value):
            raise ReplayError(f'--threshold "{text}" cannot be read', "write latency_p99.page=800ms")
        found[key, severity] = value
    return found
