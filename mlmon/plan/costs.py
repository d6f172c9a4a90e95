"""What a service may cost on the cloud's bill, and who is told; the bill's own service watches it, no metric does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from mlmon.diagnostics import Finding, Place
from mlmon.plan.names import is_severity
from mlmon.units import plain

if TYPE_CHECKING:
    from decimal import Decimal

    from mlmon.packs.model import CostNotices
    from mlmon.spec.costs import AwsCosts as AwsCostsSpec
    from mlmon.spec.load import Loaded
    from mlmon.spec.project import Project
    from mlmon.spec.service import Service
    from mlmon.spec.source import KeyPath

_AT: Final[KeyPath] = ("costs", "aws")


@dataclass(frozen=True)
class CostNotice:
    """Told once the month's costs, so far or as forecast, are beyond a share of the budget."""

    spend: Literal["actual", "forecast"]
    share: Decimal
    severity: str


@dataclass(frozen=True)
class CostAnomaly:
    """Told once unusual costs add up to an amount in US dollars."""

    usd: Decimal
    severity: str


@dataclass(frozen=True, kw_only=True)
class AwsCosts:
    """What everything with one cost allocation tag may cost on the AWS bill.

    `notices` go with a monthly budget; `reference` is where theirs is to be read, unless they are the spec's own.
    """

    tag: tuple[str, str]
    usd_per_month: Decimal | None
    notices: tuple[CostNotice, ...]
    anomaly: CostAnomaly | None
    reference: str
    origin: Place


def aws_costs(
    service: Loaded[Service], project: Loaded[Project], defaults: CostNotices, problems: list[Finding]
) -> AwsCosts | None:
    """Return what the service may cost on the AWS bill; severities that mlmon.yaml does not have are findings."""
    spec = service.model.costs.aws if service.model.costs else None
    if spec is None:
        return None
    building = _Building(service, tuple(project.model.severities), problems)
    return AwsCosts(
        tag=spec.tag,
        usd_per_month=spec.usd_per_month,
        notices=building.notices(spec, defaults) if spec.usd_per_month else (),
        anomaly=building.anomaly(spec, defaults),
        reference=defaults.metadata.source if spec.usd_per_month and spec.notices is None else "",
        origin=service.document.locate(_AT),
    )


@dataclass(frozen=True)
class _Building:
    service: Loaded[Service]
    severities: tuple[str, ...]
    problems: list[Finding]

    def notices(self, spec: AwsCostsSpec, defaults: CostNotices) -> tuple[CostNotice, ...]:
        if spec.notices is None:
            told = [item for item in defaults.notices if item.severity in self.severities]
        else:
            told = [item for index, item in enumerate(spec.notices) if self.knows(item.severity, "notices", index)]
        if not told and spec.notices is None:
            self.untold("usd_per_month", f"notices: [{{spend: actual, share: 100%, severity: {self.severities[-1]}}}]")
        return tuple(CostNotice(item.spend, item.share, item.severity) for item in told)

    def anomaly(self, spec: AwsCostsSpec, defaults: CostNotices) -> CostAnomaly | None:
        if spec.anomaly is None:
            return None
        usd, severity = spec.anomaly.usd, spec.anomaly.severity
        if severity is None and defaults.anomaly.severity not in self.severities:
            self.untold("anomaly", f"anomaly: {{usd: {plain(usd)}, severity: {self.severities[-1]}}}")
            return None
        if severity and not self.knows(severity, "anomaly"):
            return None
        return CostAnomaly(usd, severity or defaults.anomaly.severity)

    def untold(self, key: str, instead: str) -> None:
        """The organisation has severities of its own, and the spec does not say which of them is meant."""
        message = f"nobody would be told about `{key}`: mlmon.yaml has none of the severities that mlmon uses for costs"
        place = self.service.document.locate((*_AT, key))
        self.problems.append(Finding(rule="cost-untold", message=message, advice=f"write `{instead}`", place=place))

    def knows(self, severity: str, *where: str | int) -> bool:
        place = self.service.document.locate((*_AT, *where, "severity"))
        return is_severity(severity, self.severities, place, self.problems)
