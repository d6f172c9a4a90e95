"""The project file `mlmon.yaml`: what the services of an organisation share."""

from __future__ import annotations

import re
import zoneinfo
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from mlmon.spec.collection import CollectionOutput
from mlmon.spec.fields import Name, Objective, Period, Strict, Text, Url, refuse
from mlmon.spec.receivers import Receiver
from mlmon.spec.service import Limit
from mlmon.spec.slo import Tier
from mlmon.units import Duration


def _clock(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", value):
        raise refuse(f'"{value}" is not a time of day', "write hours and minutes in quotes, such as 09:00")
    return value


def _zone(value: Any) -> str:
    # Only the shape is checked where the machine has no time zone database, so that output never depends on it.
    known = zoneinfo.available_timezones()
    if not isinstance(value, str) or (known and value not in known):
        raise refuse(f'"{value}" is not a time zone', "write a name of the IANA database, such as Europe/Berlin or UTC")
    return value


Clock = Annotated[str, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d$"})]
Zone = Annotated[str, BeforeValidator(_zone), WithJsonSchema({"type": "string"})]


def _period(text: str) -> Duration:
    return Duration.of(text)


class Severity(Strict):
    """How urgent: its hours, and how often Alertmanager reminds."""

    level: Text = Field(description="The name people use, such as SEV-1.")
    description: Text
    hours: Literal["always", "business"] = Field(default="always", description="When it may notify.")
    repeat_interval: Period = _period("4h")
    paging: bool = Field(default=False, description="Wakes a person; inhibits what lies above it.")


_SEVERITIES = {
    "page": Severity(
        level="SEV-1", description="Users are affected now; wakes the person on call at any hour.", paging=True
    ),
    "ticket": Severity(
        level="SEV-2", description="Needs work within days; handled in business hours.", hours="business",
        repeat_interval=_period("24h"),
    ),
    "info": Severity(
        level="SEV-3", description="Worth knowing; nobody has to act.", hours="business", repeat_interval=_period("7d")
    ),
}  # fmt: skip
"""What the packs' severities mean where a project does not say."""


class BusinessHours(Strict):
    """When tickets are handled."""

    timezone: Zone = "UTC"
    days: list[Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]] = Field(
        default=["monday", "tuesday", "wednesday", "thursday", "friday"], min_length=1
    )
    start: Clock = "09:00"
    end: Clock = "17:00"

    @model_validator(mode="after")
    def _forwards(self) -> BusinessHours:
        if self.start >= self.end:
            raise refuse("business hours end before they start", "write an `end` later than `start`")
        return self


class Team(Strict):
    """Who owns services, and where each severity goes."""

    description: Text
    routing: dict[Name, Name] = Field(description="Receiver by severity.")
    contact: Text | None = Field(default=None, description="Where people reach the team; stands in runbooks.")


class ServiceTier(Strict):
    """Defaults of all services of a tier."""

    description: Text
    objective: Objective | None = Field(default=None, description="Objective that lint expects at least.")
    thresholds: dict[str, dict[Name, Limit]] = Field(default_factory=dict)


class Prometheus(Strict):
    """Where the rules run."""

    scrape_interval: Period = _period("30s")
    evaluation_interval: Period = _period("30s")
    compatibility: list[Literal["sloth", "pyrra"]] = Field(
        default_factory=list, description="Records SLOs under the names that dashboards of these tools read, too."
    )


class Grafana(Strict):
    """Where dashboards are shown."""

    url: Url = Field(description="Address of Grafana; alerts link to its dashboards.")
    folder: Text = "ML services"


class Runbooks(Strict):
    """Where people read the runbooks."""

    url: Url = Field(description="Address under which generated/runbooks/ is shown.")


class CloudWatch(Strict):
    """Terraform output."""

    region: Text = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    alarm_prefix: Name = "mlmon"


class BurnRates(Strict):
    """Tiers of the project's own, instead of those of the SRE workbook."""

    period: Period = Field(default=_period("30d"), description="Period of SLOs that do not name one.")
    tiers: list[Tier] = Field(min_length=1)


class Outputs(Strict):
    """Where generated things are found by people and engines."""

    grafana: Grafana
    runbooks: Runbooks
    prometheus: Prometheus = Prometheus()
    cloudwatch: CloudWatch | None = None
    collection: CollectionOutput | None = Field(
        default=None, description="What collects the metrics; nothing is generated without it."
    )
    instrumentation: bool = Field(
        default=True, description="Generate a Python module for services whose own code exposes their metrics."
    )


class ProjectMetadata(Strict):
    """Name of the organisation or platform."""

    name: Name
    description: Text | None = None


class Project(Strict):
    """`mlmon.yaml` (`kind: Project`), at the root of the repository."""

    apiVersion: Literal["mlmon/v1"]
    kind: Literal["Project"]
    metadata: ProjectMetadata
    severities: dict[Name, Severity] = Field(
        default_factory=lambda: dict(_SEVERITIES), min_length=1, description="From most to least urgent."
    )
    business_hours: BusinessHours = BusinessHours()
    receivers: dict[Name, Receiver] = Field(min_length=1)
    default_receiver: Name = Field(description="Gets what no team's routing names; also alerts of other origin.")
    teams: dict[Name, Team] = Field(min_length=1)
    tiers: dict[Name, ServiceTier] = Field(default_factory=dict)
    burn_rates: BurnRates | None = None
    packs: list[Text] = Field(
        default_factory=list,
        description="Folders with packs of your own, relative to this file; `packs/` is read without being named.",
    )
    outputs: Outputs
