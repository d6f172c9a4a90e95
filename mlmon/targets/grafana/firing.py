"""What is firing now: counts by severity, a table with links to runbooks, and marks on every panel."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.promql.text import string
from mlmon.targets.grafana.drawing import Annotation, Drawing, Override, Query
from mlmon.targets.grafana.looks import GOOD
from mlmon.targets.grafana.queries import SERVICE_CHOSEN

if TYPE_CHECKING:
    from mlmon.plan.model import Outputs
    from mlmon.targets.grafana.looks import Palette

_COLUMNS: Final = {
    "service": "Service",
    "runbook": "Alert",
    "severity": "Severity",
    "layer": "Layer",
    "component": "Component",
    "Value": "Active for",
}
_HIDDEN: Final = ("Time", "alertname", "alertstate", "team", "kind", "signal", "outage", "slo", "burn_tier")
_WIDTHS: Final = {"Service": 125, "Severity": 80, "Layer": 105, "Component": 135, "Active for": 100}


@dataclass(frozen=True)
class Firing:
    """Draws the alerts of one service, or with no name those of all services.

    `alertnames` keeps those of these names only, `chosen` those of the services that the page's variable names.
    """

    outputs: Outputs
    palette: Palette
    service: str = ""
    alertnames: tuple[str, ...] = ()
    chosen: bool = False

    def counts(self) -> Drawing:
        """The number of alerts of each severity, 0 where there are none."""
        severities = [severity.name for severity in self.palette.routing.severities]
        overrides = [Override(name, {"thresholds": _from_one(self.palette.colour(name))}) for name in severities]
        targets = [Query(f"count({self.alerts(severity=name)}) or vector(0)", name) for name in severities]
        levels = ", ".join(f"{severity.name} is {severity.level}" for severity in self.palette.routing.severities)
        return Drawing(
            kind="stat",
            title="Alerts firing",
            description=f"Alerts that fire now, by severity ({levels}); silenced and inhibited ones count too.",
            unit="none",
            targets=tuple(targets),
            names=True,
            minimum=Decimal(0),
            overrides=tuple(overrides),
        )

    def table(self) -> Drawing:
        """Every alert that fires, since when, and its runbook."""
        active = self.alerts(name="ALERTS_FOR_STATE", firing=False)
        since = f"(time() - {active})\nand ignoring (alertstate)\n{self.alerts()}"
        # The alert's name and, where it has one, its SLO: so is the runbook called. Without one a dash is left over.
        named = f'label_join(\n{since},\n"runbook", "-", "alertname", "slo")'
        expr = f'label_replace(\n{named},\n"runbook", "$1", "runbook", "(.*)-")'
        shown = {key: name for key, name in _COLUMNS.items() if key != "service" or not self.service}
        hidden = (*_HIDDEN, *(key for key in _COLUMNS if key not in shown))
        return Drawing(
            kind="table",
            title="Alerts firing now",
            description="Alerts that fire at this moment, with their runbooks; empty is good.",
            unit="s",
            targets=(Query(expr, instant=True, format="table"),),
            no_value="No alert is firing.",
            transformations=(
                (
                    "organize",
                    {
                        "excludeByName": dict.fromkeys(hidden, True),
                        "indexByName": {key: index for index, key in enumerate(shown)},
                        "renameByName": shown,
                    },
                ),
            ),
            overrides=(
                Override("Severity", {"mappings": [self._severities()], "custom.cellOptions": {"type": "color-text"}}),
                Override("Alert", {"links": [self._runbook()]}),
                *(Override(name, {"custom.width": width}) for name, width in _WIDTHS.items()),
            ),
            sort=("Active for", False),
        )

    def annotation(self) -> Annotation:
        """Mark when alerts began to fire."""
        return Annotation(
            "Alerts", self.alerts(), "red", "{{alertname}}", "{{severity}}, {{component}}", "severity,layer"
        )

    def alerts(self, *, name: str = "ALERTS", firing: bool = True, severity: str = "") -> str:
        """Select these alerts while they fire, or with `firing` off in any state."""
        matchers = ['alertstate="firing"'] if firing else []
        # Alerts of other origin have no label `service`; a dashboard of the fleet is about what mlmon made.
        of_all = SERVICE_CHOSEN if self.chosen else 'service!=""'
        matchers.append(f"service={string(self.service)}" if self.service else of_all)
        if self.alertnames:
            matchers.append(f"alertname=~{string('|'.join(self.alertnames))}")
        if severity:
            matchers.append(f"severity={string(severity)}")
        return f"{name}{{{','.join(matchers)}}}"

    def _severities(self) -> dict[str, object]:
        names = [severity.name for severity in self.palette.routing.severities]
        options = {name: {"color": self.palette.colour(name), "index": index} for index, name in enumerate(names)}
        return {"type": "value", "options": options}

    def _runbook(self) -> dict[str, object]:
        service = self.service or "${__data.fields.Service}"
        address = f"{self.outputs.runbooks_url}/{service}/${{__value.raw}}.md"
        return {"title": "Open the runbook", "url": address, "targetBlank": True}


def _from_one(colour: str) -> dict[str, object]:
    return {"mode": "absolute", "steps": [{"color": GOOD, "value": None}, {"color": colour, "value": 1}]}
