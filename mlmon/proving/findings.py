"""Failed proofs as findings at the lines of the specs that the alerts come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Finding, in_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.proving.model import Failure, Result

RULE: Final = "alert-proof"
"""The rule of these findings."""


def findings(results: Iterable[Result]) -> list[Finding]:
    """Return one finding for each step that did not hold, and one for each trouble with promtool."""
    found = [_of(failure, result) for result in results for failure in result.failures]
    return in_order([*found, *(result.trouble for result in results if result.trouble)])


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
