"""Annotation texts: placeholders become Go template expressions, everything else is quoted for Go templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from mlmon.plan.conditions import BurnRate
from mlmon.plan.texts import fill, unit_of
from mlmon.promql import slo as expr
from mlmon.targets.gotemplate import literal

if TYPE_CHECKING:
    from mlmon.plan.model import Alert

_HUMAN: Final = {
    "ratio": "humanizePercentage",
    "seconds": "humanizeDuration",
    "bytes": "humanize1024",
}


def annotation(text: str, alert: Alert) -> str:
    """Return a text as a Go template (prometheus.io/docs, configuration/template_reference)."""
    signals = alert.condition.signals
    binding = signals[0].prometheus if signals else None
    queried = _queries(alert)

    def label(name: str) -> str:
        return queried.get(name) or f"{{{{ $labels.{binding.label(name) if binding else name} }}}}"

    value = f"{{{{ $value | {_HUMAN.get(unit_of(alert.condition), 'humanize')} }}}}"
    return fill(text, alert, value=value, label=label, literal=literal)


def _queries(alert: Alert) -> dict[str, str]:
    """What a burn alert says besides its own value, asked when it fires."""
    condition = alert.condition
    if not isinstance(condition, BurnRate):
        return {}
    slo, tier = condition.slo, condition.tier
    left = expr.series(expr.REMAINING, slo, slo.period)
    return {
        "burn_rate": _query(expr.burn(slo, tier), slo.group_labels, 'printf "%.1f"'),
        "budget_left": _query(left, slo.group_labels, "humanizePercentage"),
        "exhaustion": _query(expr.exhaustion(slo, tier), slo.group_labels, "humanizeDuration"),
    }


def _query(expression: str, groups: tuple[str, ...], shown: str) -> str:
    """Ask for one number; of a grouped SLO for that of the group which fires."""
    text = json.dumps(expression)
    if groups:
        matchers = "".join(f",{name}=%q" for name in groups)
        chosen = expression.replace("%", "%%").replace("}", f"{matchers}}}")
        values = [f"$labels.{name}" for name in groups] * expression.count("}")
        text = f"(printf {json.dumps(chosen)} {' '.join(values)})"
    return f"{{{{ with query {text} }}}}{{{{ . | first | value | {shown} }}}}{{{{ else }}}}an unknown part{{{{ end }}}}"
