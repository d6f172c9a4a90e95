"""Failed proofs as findings at the lines of the specs that the alerts come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Finding, Severity, in_order
from mlmon.plan.conditions import Written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.proving.model import Failure, Result
    from mlmon.targets.proofs.proof import Unproven

RULE: Final = "alert-proof"
"""The rule of failed proofs."""
_ADD: Final = "nothing shows that it can fire: add `tests`"
_BY_HAND: Final = "try it out by hand before relying on it"
UNPROVEN: Final = "alert-unproven"
"""The rule of what has no proof."""


def findings(results: Iterable[Result]) -> list[Finding]:
    """Return one finding for each step that did not hold, and one for each trouble with promtool."""
    found = [_of(failure, result) for result in results for failure in result.failures]
    return in_order([*found, *(result.trouble for result in results if result.trouble)])


def gaps(unproven: Iterable[Unproven]) -> list[Finding]:
    """Return a warning for each alert of which something is not proven."""
    return in_order(
        Finding(
            rule=UNPROVEN,
            message=f"{one.alert.name} ({one.alert.severity}) is not proven as a whole: {one.reason}",
            advice=_ADD if isinstance(one.alert.condition, Written) else _BY_HAND,
            place=one.alert.origin,
            severity=Severity.WARNING,
        )
        for one in unproven
    )


def _of(failure: Failure, result: Result) -> Finding:
    where = f"generated/{result.file.path}"
    alert = failure.alert
    return Finding(
        rule=RULE,
        message=f"{alert.name} ({alert.severity}): not proven that {failure.step}; at {failure.time} of the test "
        f"promtool expected {failure.expected} and got {failure.got}",
        advice=_advice(alert.tests != (), where),
        place=alert.origin,
    )


def _advice(own: bool, where: str) -> str:
    if own:
        return "correct `expr`, or the case under `tests`"
    return f"the rule does not do what its threshold says: change the threshold or the signal it reads; see {where}"
