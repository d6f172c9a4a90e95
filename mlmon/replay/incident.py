"""The schema of an incident file, and where incidents are found."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from mlmon.diagnostics import did_you_mean, one_of
from mlmon.replay.trouble import ReplayError
from mlmon.spec.errors import findings
from mlmon.spec.fields import AlertName, LabelName, Name, Period, Ratio, Strict, Text, Url, refuse
from mlmon.spec.source import SourceError, parse
from mlmon.units import Duration, UnitError, read_rate

if TYPE_CHECKING:
    from mlmon.plan.model import ServicePlan

DATA: Final = Path(__file__).parent / "incidents"
_TUESDAY: Final = datetime(2024, 6, 11)
"""A working day in the past, which every Prometheus takes samples of, in the middle of a month and of summer time."""


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refuse(f"{value!r} is not a number", "write a number without quotes")
    return Decimal(value)


def _rate(value: Any) -> Decimal:
    try:
        return read_rate(value)
    except UnitError as error:
        raise refuse(error.message, error.advice) from None


def _offset(value: Any) -> Duration:
    try:
        return Duration.of(str(value))
    except UnitError as error:
        raise refuse(error.message, error.advice) from None


Offset = Annotated[Duration, BeforeValidator(_offset)]
Number = Annotated[Decimal, BeforeValidator(_number)]
Rate = Annotated[Decimal, BeforeValidator(_rate)]


class Slow(Strict):
    """A share of observations belongs to a slower kind, `times` the most urgent threshold on the histogram."""

    share: Ratio
    times: Number


class Change(Strict):
    """What one signal, or every signal of some presets, does during a phase."""

    signal: LabelName | None = None
    presets: list[Name] = Field(default_factory=list, description="Presets whose targets the change is about.")
    types: list[str] = Field(default_factory=list, description="Types of presets, such as runtime.")
    times: Number | None = Field(default=None, description="Times the usual level.")
    level: Number | None = Field(default=None, description="In the signal's unit.")
    share: Ratio | None = Field(default=None, description="Of the counter `of`.")
    of: LabelName | None = None
    full: Ratio | None = Field(default=None, description="Of itself and the rest, such as used and free memory.")
    slow: Slow | None = None
    stuck: Number | None = Field(
        default=None,
        description="A timestamp is no longer renewed; its age at first, as a share of the most urgent threshold.",
    )
    state: Literal["down", "gone"] | None = Field(
        default=None, description="Targets answer no scrape (down), or service discovery has lost them (gone)."
    )
    only: Literal["new-version", "one"] | None = Field(
        default=None, description="The version that is being rolled out; one of several series."
    )
    gradually: bool = Field(default=False, description="From the usual level to this one over the whole phase.")

    @model_validator(mode="after")
    def _one(self) -> Change:
        kinds = (self.times, self.level, self.share, self.full, self.slow, self.stuck, self.state)
        if sum(value is not None for value in kinds) != 1:
            raise refuse("a change says exactly one thing", "keep one of times, level, share, full, slow, stuck, state")
        if (self.signal is None) == (self.state is None):
            raise refuse("a change needs a signal, or presets and their state", "write `signal:`, or `state:`")
        return self


class Phase(Strict):
    """A stretch of an incident."""

    name: Text
    start: Offset = Field(alias="from")
    end: Offset = Field(alias="to")
    traffic: Number | None = Field(default=None, description="Requests as a multiple of the usual ones of this hour.")
    new_version: Ratio = Field(default=Decimal(0), description="Share of requests that a new version answers.")
    changes: list[Change] = Field(default_factory=list)


class Expected(Strict):
    """What should happen to a service that uses one of these presets, or a preset of one of these types."""

    presets: list[Name] = Field(default_factory=list)
    types: list[str] = Field(default_factory=list, description="Types of presets, such as runtime.")
    signals: list[LabelName] = Field(
        default_factory=list, description="Signals that the preset has to have in Prometheus, or nothing happens to it."
    )
    pages: list[AlertName] = Field(
        default_factory=list, description="One of these pages, once, and nothing else does; none: nobody is woken."
    )
    tickets: list[AlertName] = Field(default_factory=list, description="All of these reach a ticket's receiver.")
    silent: list[AlertName] = Field(default_factory=list, description="None of these fires.")
    why: Text

    @model_validator(mode="after")
    def _about(self) -> Expected:
        if not self.presets and not self.types:
            raise refuse("an expectation says of whom it is", "write `presets:` or `types:`")
        return self

    def concerns(self, service: ServicePlan) -> bool:
        """Tell whether this is expected of a service."""
        return any(
            (component.preset in self.presets or component.type in self.types)
            and all((signal := component.signal(name)) and signal.on("prometheus") for name in self.signals)
            and any(signal.on("prometheus") for signal in component.signals)
            for component in service.components
        )


class IncidentMetadata(Strict):
    """What the incident is and where its course was read."""

    name: Name
    title: Text
    description: Text
    source: Url


class Incident(Strict):
    """An incident file (`kind: Incident`)."""

    apiVersion: Literal["mlmon/v1"]
    kind: Literal["Incident"]
    metadata: IncidentMetadata
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = Field(description="Time of day it begins.")
    length: Period = Field(description="How long is watched from then on.")
    requests: Rate | None = Field(default=None, description="What a service gets on average, instead of its own rate.")
    phases: list[Phase] = Field(min_length=1)
    expect: list[Expected] = Field(min_length=1)

    @property
    def begin(self) -> datetime:
        """Its beginning by the wall clock."""
        hours, minutes = self.at.split(":")
        return _TUESDAY + timedelta(hours=int(hours), minutes=int(minutes))

    def expected(self, service: ServicePlan) -> Expected | None:
        """Return what is expected of a service, the first entry that is about it; None: it does not happen to it."""
        return next((item for item in self.expect if item.concerns(service)), None)


@cache
def incidents() -> dict[str, Incident]:
    """Read the incidents that ship with mlmon, by name."""
    found = [read(path) for path in sorted(DATA.glob("*.yaml"))]
    return {incident.metadata.name: incident for incident in found}


def read(path: Path) -> Incident:
    """Read one incident file. Raises ReplayError with its place and all that is wrong with it."""
    try:
        document = parse(path.read_text(encoding="utf-8"), path.name)
        return Incident.model_validate(document.data)
    except SourceError as error:
        raise ReplayError(f"{error.finding.place}: {error.finding.message}", error.finding.advice) from None
    except ValidationError as error:
        found = findings(error, document, Incident)
        words = "; ".join(f"{item.place}: {item.message}" for item in found)
        raise ReplayError(words, found[0].advice) from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ReplayError(f"{path} cannot be read: {reason}", "check the path") from None
    except UnicodeDecodeError:
        raise ReplayError(f"{path} is not text", "write it in UTF-8") from None


def chosen(name: str) -> Incident:
    """Return an incident by its name, or by the path of a file. Raises ReplayError."""
    known = incidents()
    if name in known:
        return known[name]
    if name.endswith((".yaml", ".yml")):
        return read(Path(name))
    advice = did_you_mean(name, known) or f"there is {one_of(known)}, or give the path of a file"
    raise ReplayError(f'there is no incident "{name}"', advice)
