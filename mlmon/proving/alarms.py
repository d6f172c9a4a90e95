"""Plays the cases of CloudWatch alarms against an imitation of CloudWatch: this series pages, that one does not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlmon.alarms.cases import played, played_together
from mlmon.diagnostics import Finding, in_order
from mlmon.proving.known import Known
from mlmon.remembered import Kept, folder, key
from mlmon.targets.cloudwatch import CASES
from mlmon.targets.cloudwatch.alarm import CompositeAlarm
from mlmon.targets.cloudwatch.fleet import watching
from mlmon.targets.cloudwatch.watched import decides, watched
from mlmon.yamlread import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlmon.plan.model import Alert, Plan, ServicePlan
    from mlmon.targets.cloudwatch.alarm import MetricAlarm

RULE: Final = "alarm-case"
"""The rule of alarms that do not do what their cases say."""
_IMITATION: Final = Path(__file__).parents[1] / "alarms"
PAGES, SILENT = "a series that pages", "a series that does not page"


@dataclass(frozen=True)
class Departure:
    """One case of an alarm that ended otherwise than it says, or a kind of case that the alarm does not have."""

    when: str
    expected: str
    got: str


@dataclass(frozen=True)
class Played:
    """What the cases of one alarm came to."""

    alert: Alert
    alarm: str
    cases: int
    departures: tuple[Departure, ...]

    @property
    def passed(self) -> bool:
        """Whether every case ended as it says, and there was one of either kind."""
        return not self.departures


def play(plan: Plan, files: Mapping[str, str]) -> tuple[Played, ...]:
    """Play the cases in files by path for every alarm of a plan."""
    listed = read_yaml(files.get(CASES, "alarms: []"))["alarms"]
    cases = {entry["alarm"]: entry["cases"] for entry in listed}
    return tuple(
        Played(alert, alarm.name, len(some := cases.get(alarm.name, [])), tuple(_departures(alarm, some)))
        for service in plan.services
        for alert, alarm in _alarms(service, plan)
    )


def newly(plan: Plan, files: Mapping[str, str]) -> list[Finding]:
    """Play the cases unless these files are known to agree with these alarms, and return what does not hold."""
    known = Known(Kept(folder("proven")))
    texts = [files[path] for path in sorted(files) if path == CASES or path.startswith("cloudwatch/")]
    name = key("alarms", *(path.read_bytes() for path in sorted(_IMITATION.glob("*.py"))), *texts)
    if known.has(name):
        return []
    found = findings(play(plan, files))
    known.note(name, succeeded=not found)
    known.keep()
    return found


def findings(results: Iterable[Played]) -> list[Finding]:
    """Return one finding for each departure, at the line of the spec that the alarm comes from."""
    return in_order(
        Finding(
            rule=RULE,
            message=f"{one.alert.name} ({one.alert.severity}): the CloudWatch alarm {one.alarm} is to end in "
            f"{departure.expected} where {departure.when}, and ends in {departure.got}",
            advice=f"the alarm does not do what its threshold says: change the threshold; see generated/{CASES}",
            place=one.alert.origin,
        )
        for one in results
        for departure in one.departures
    )


def _alarms(service: ServicePlan, plan: Plan) -> Iterator[tuple[Alert, MetricAlarm | CompositeAlarm]]:
    for alert, metric, composite in watching(service, plan):
        yield from ((alert, alarm) for alarm in metric)
        yield from ((alert, alarm) for alarm in composite)


def _departures(alarm: MetricAlarm | CompositeAlarm, cases: list[Mapping[str, Any]]) -> Iterator[Departure]:
    for wanted, kind in (("ALARM", PAGES), ("OK", SILENT)):
        if all(case["ends"] != wanted for case in cases):
            yield Departure(f"there is {kind}", wanted, "nothing: there is no such case")
    for case in cases:
        got = _ends(alarm, case)
        if got != case["ends"]:
            yield Departure(case["when"], case["ends"], got)


def _ends(alarm: MetricAlarm | CompositeAlarm, case: Mapping[str, Any]) -> str:
    if not isinstance(alarm, CompositeAlarm):
        return played(watched(alarm), case)
    ends, tells = played_together(decides(alarm.rule), case)
    silenced = case.get("tells") == "nobody"
    return (
        ends
        if tells == (ends == "ALARM" and not silenced)
        else f"{ends}, and tells {'somebody' if tells else 'nobody'}"
    )
