"""What came out of a run of the proofs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlmon.diagnostics import Finding
    from mlmon.plan.model import Alert
    from mlmon.proving.alarms import Played
    from mlmon.targets.proofs.files import ProofFile
    from mlmon.targets.proofs.proof import Proof


@dataclass(frozen=True)
class Failure:
    """One check that did not hold: whose, which step, when, and what promtool saw."""

    alert: Alert
    step: str
    time: str
    expected: str
    got: str


@dataclass(frozen=True)
class Result:
    """What one proof of a file came to; `known` when it was not run, because its success was remembered."""

    file: ProofFile
    proof: Proof
    seconds: float
    known: bool
    failures: tuple[Failure, ...] = ()
    trouble: Finding | None = None

    @property
    def passed(self) -> bool:
        """Whether everything held."""
        return not self.failures and self.trouble is None

    @property
    def cases(self) -> int:
        """How many checks it makes."""
        return len(self.proof.checks)


@dataclass(frozen=True)
class Row:
    """One service in the summary."""

    service: str
    alerts: int
    cases: int
    seconds: float
    known: int
    proofs: int
    failures: int
    alarms: int = 0
    """Alarms of CloudWatch, and how many series are played to them."""
    alarm_cases: int = 0

    @property
    def passed(self) -> bool:
        """Whether every check held."""
        return not self.failures


def rows(results: tuple[Result, ...], played: tuple[Played, ...] = ()) -> list[Row]:
    """Return a line for each service, in the order of their names."""
    services = sorted({result.file.service for result in results} | {one.alert.service for one in played})
    return [
        _row(
            name,
            [result for result in results if result.file.service == name],
            [one for one in played if one.alert.service == name],
        )
        for name in services
    ]


def _row(service: str, results: list[Result], played: list[Played]) -> Row:
    failures = sum(len(result.failures) + (result.trouble is not None) for result in results)
    return Row(
        service=service,
        alerts=len({result.proof.alert.id for result in results}),
        cases=sum(result.cases for result in results),
        seconds=sum(result.seconds for result in results),
        known=sum(result.known for result in results),
        proofs=len(results),
        failures=failures + sum(len(one.departures) for one in played),
        alarms=len(played),
        alarm_cases=sum(one.cases for one in played),
    )
