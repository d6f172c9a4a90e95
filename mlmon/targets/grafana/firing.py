"""What is firing now: counts by severity, a table with links to runbooks, and marks on every panel."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from mlmon.promql.text import equals, string
from mlmon.targets.grafana.drawing import Annotation, Drawing, Override, Query
from mlmon.targets.grafana.looks import GOOD

if TYPE_CHECKING:
    from mlmon.plan.model import Outputs
    from mlmon.plan.routing import Routing
    from mlmon.targets.grafana.looks import Palette

_COLUMNS: Final = {
    "service": "Service",
    "runbook": "Alert",
    "severity": "Severity",
    "layer": "Layer",
    "component": "Component",
    "Value": "Active for",
}
_WIDTHS: Final = {"Service": 140, "Severity": 90, "Layer": 120, "Component": 150, "Active for": 110}


@dataclass(frozen=True)
class Firing:
    """Draws the alerts of one service, or with no name those of all services."""

    routing: Routing
    outputs: Outputs
    palette: Palette
    service: str = ""

    def counts(self) -> Drawing:
        """The number of alerts of each severity, 0 where there are none."""
        severities = [severity.name for severity in self.routing.severities]
        overrides = [Override(name, {"thresholds": _from_one(self.palette.colour(name))}) for name in severities]
        targets = [Query(f"count({self._alerts(severity=name)}) or vector(0)", name) for name in severities]
        levels = ", ".join(f"{severity.name} is {severity.level}" for severity in self.routing.severities)
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
        active = self._alerts(name="ALERTS_FOR_STATE", firing=False)
        since = f"(time() - {active})\nand ignoring (alertstate)\n{self._alerts()}"
        # The alert's name and, where it has one, its SLO: so is the runbook called. Without one a dash is left over.
        named = f'label_join(\n{since},\n"runbook", "-", "alertname", "slo")'
        expr = f'label_replace(\n{named},\n"runbook", "$1", "runbook", "(.*)-")'
        shown = {key: name for key, name in _COLUMNS.items() if key != "service" or not self.service}
        hidden = (
            "Time",
            "alertname",
            "alertstate",
            "team",
            "kind",
            "outage",
            "slo",
            "burn_tier",
            *(["service"] if self.service else []),
        )
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
            "Alerts", self._alerts(), "red", "{{alertname}}", "{{severity}}, {{component}}", "severity,layer"
        )

    def _alerts(self, *, name: str = "ALERTS", firing: bool = True, severity: str = "") -> str:
        state = {"alertstate": "firing"} if firing else {}
        wanted = state | ({"service": self.service} if self.service else {})
        if severity:
            wanted["severity"] = severity
        if "service" in wanted:
            return name + equals(**wanted)
        # Alerts of other origin have no such label; this dashboard is about what mlmon made.
        return name + equals(**wanted)[:-1] + f"{',' if wanted else ''}service!={string('')}}}"

    def _severities(self) -> dict[str, object]:
        names = [severity.name for severity in self.routing.severities]
        options = {name: {"color": self.palette.colour(name), "index": index} for index, name in enumerate(names)}
        return {"type": "value", "options": options}

    def _runbook(self) -> dict[str, object]:
        service = self.service or "${__data.fields.Service}"
        address = f"{self.outputs.runbooks_url}/{service}/${{__value.raw}}.md"
        return {"title": "Open the runbook", "url": address, "targetBlank": True}


def _from_one(colour: str) -> dict[str, object]:
    return {"mode": "absolute", "steps": [{"color": GOOD, "value": None}, {"color": colour, "value": 1}]}
