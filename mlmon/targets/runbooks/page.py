"""One runbook page: the alerts that share it, and everything the template prints about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.plan.conditions import on_backend
from mlmon.plan.labels import LAYERS
from mlmon.plan.links import dashboard_url, runbook_path
from mlmon.plan.texts import fill
from mlmon.plan.words import sentence
from mlmon.targets.markdown import Markdown
from mlmon.targets.runbooks import people
from mlmon.targets.runbooks.actions import mitigations
from mlmon.targets.runbooks.contributors import contributors_of
from mlmon.targets.runbooks.first_look import questions
from mlmon.targets.runbooks.queries import Queries, lower, silence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlmon.plan.model import Alert, Plan, ServicePlan
    from mlmon.plan.routing import Team
    from mlmon.targets.runbooks.actions import Mitigation
    from mlmon.targets.runbooks.first_look import Question
    from mlmon.targets.runbooks.queries import Query


@dataclass(frozen=True)
class Trigger:
    """One row of the table of severities."""

    severity: str
    condition: str
    for_: str
    told: str
    when: str


@dataclass(frozen=True)
class Page:
    """All severities (and components, and burn tiers) of one alert of one service, the most urgent first."""

    plan: Plan
    service: ServicePlan
    path: str
    alerts: tuple[Alert, ...]
    questions: tuple[Question, ...]

    @property
    def alert(self) -> Alert:
        """The most urgent one."""
        return self.alerts[0]

    @property
    def title(self) -> str:
        """Name of the alert, and of the SLO where it is about one."""
        return " ".join([self.alert.name, *(value for key, value in self.alert.labels if key == "slo")])

    @property
    def file(self) -> str:
        """Name of the file, for links from pages of the same service."""
        return self.path.rpartition("/")[2]

    @property
    def messages(self) -> list[str]:
        """The summaries as people receive them, with dots where a value is filled in."""
        return list(dict.fromkeys(fill(alert.summary, alert, value="…", label=lambda _: "…") for alert in self.alerts))

    @property
    def severities(self) -> list[str]:
        """The names people use, such as SEV-1, without repetition."""
        return list(dict.fromkeys(self.plan.routing.severity(alert.severity).level for alert in self.alerts))

    @property
    def triggers(self) -> list[Trigger]:
        """When it fires and who is told, by severity; components are named where the page is about several."""
        rows: dict[tuple[str, str, str], list[str]] = {}
        for alert in self.alerts:
            key = (alert.severity, sentence(alert.condition), str(alert.for_) if alert.for_.seconds else "at once")
            rows.setdefault(key, []).append(alert.component)
        several = len(self.components) > 1
        return [
            self._trigger(severity, f"{words} ({', '.join(names)})" if several else words, duration)
            for (severity, words, duration), names in rows.items()
        ]

    def _trigger(self, name: str, words: str, duration: str) -> Trigger:
        routing = self.plan.routing
        severity = routing.severity(name)
        return Trigger(
            severity=f"{severity.level} ({name})",
            condition=words[:1].upper() + words[1:],
            for_=duration,
            told=people.told(routing, self.service.team, self.service.name, name),
            when=people.when(routing, severity),
        )

    @property
    def components(self) -> list[str]:
        """What the alerts are about; `slo` and `spec` are no components of the service."""
        return list(dict.fromkeys(alert.component for alert in self.alerts))

    @property
    def below(self) -> Query:
        """What fires on the layers up to this one."""
        return lower(self.service.name, LAYERS[: LAYERS.index(self.alert.layer) + 1])

    @property
    def reasons(self) -> dict[str, str]:
        """Why these numbers, by the address where that can be read."""
        found: dict[str, list[str]] = {}
        for alert in self.alerts:
            if alert.reason and alert.reason not in found.setdefault(alert.reference, []):
                found[alert.reference].append(alert.reason)
        return {reference: "; ".join(reasons) for reference, reasons in found.items() if reasons}

    @property
    def explanation(self) -> Markdown:
        """What the pack says about the alert, in Markdown."""
        return Markdown(next((alert.runbook for alert in self.alerts if alert.runbook), ""))

    @property
    def description(self) -> str:
        """The alert's own description, with dots where a value is filled in."""
        return fill(self.alert.description, self.alert, value="…", label=lambda _: "…")

    @property
    def notes(self) -> list[str]:
        """What the team has written in the spec, in Markdown."""
        return list(dict.fromkeys(alert.notes for alert in self.alerts if alert.notes))

    @property
    def dashboard(self) -> str:
        """Address of the service's dashboard."""
        return dashboard_url(self.plan.outputs, self.service)

    @property
    def team(self) -> Team | None:
        """The owners, where mlmon.yaml has them."""
        return next((team for team in self.plan.routing.teams if team.name == self.service.team), None)

    @property
    def queries(self) -> list[Query]:
        """What has a result while the alert fires."""
        return Queries(self.service, self.plan.outputs).alert(self.alerts)

    @property
    def contributors(self) -> list[Query]:
        """Which instances, versions and the like spend the budget of the SLO that the page is about."""
        return contributors_of(self.alerts)

    @property
    def mitigations(self) -> tuple[Mitigation, ...]:
        """What makes it better before the cause is known."""
        return mitigations(self.alert.layer, self.service.components)

    @property
    def verification(self) -> list[Query]:
        """Says that it is over."""
        ask = Queries(self.service, self.plan.outputs)
        return [*ask.healthy(self.alerts), *ask.over(self.alerts)]

    @property
    def in_prometheus(self) -> bool:
        """Whether Alertmanager hears of it; what CloudWatch alone has is silenced there."""
        return self._heard is not None

    @property
    def silence(self) -> str:
        """The command that keeps this alert of this service quiet while somebody works on it."""
        return silence(self._heard or self.alert)

    @property
    def _heard(self) -> Alert | None:
        return next((alert for alert in self.alerts if on_backend(alert.condition, "prometheus")), None)


def pages(plan: Plan, service: ServicePlan) -> list[Page]:
    """Return the pages of a service: by layer from the lowest, outages first, then by urgency and name."""
    order = [severity.name for severity in plan.routing.severities]
    grouped: dict[str, list[Alert]] = {}
    for alert in sorted(service.alerts, key=lambda alert: order.index(alert.severity)):
        grouped.setdefault(runbook_path(alert), []).append(alert)
    look = _look(plan, service)
    found = [Page(plan, service, path, tuple(alerts), look(alerts)) for path, alerts in grouped.items()]

    def rank(page: Page) -> tuple[object, ...]:
        alert = page.alert
        return LAYERS.index(alert.layer), not alert.outage, order.index(alert.severity), page.path

    return sorted(found, key=rank)


def below(page: Page, others: Iterable[Page]) -> list[Page]:
    """Return the pages to look at first: outages of the service, then its lower layers, the lowest first."""
    layer = LAYERS.index(page.alert.layer)
    deeper = [other for other in others if LAYERS.index(other.alert.layer) < layer]
    beside = [other for other in others if other.alert.outage and other.alert.layer == page.alert.layer]
    return [other for other in (*beside, *deeper) if other.path != page.path]


def _look(plan: Plan, service: ServicePlan) -> Callable[[list[Alert]], tuple[Question, ...]]:
    """Ask once for each set of components: most pages of a service share their questions."""
    ask = Queries(service, plan.outputs)
    known: dict[frozenset[str], tuple[Question, ...]] = {}

    def find(alerts: list[Alert]) -> tuple[Question, ...]:
        names = frozenset(alert.component for alert in alerts)
        if names not in known:
            known[names] = questions(ask, [component for component in service.components if component.name in names])
        return known[names]

    return find
