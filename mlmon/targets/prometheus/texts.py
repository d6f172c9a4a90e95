"""Annotation texts: placeholders become Go template expressions, everything else is quoted for Go templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.plan.texts import fill, unit_of

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

    def label(name: str) -> str:
        return f"{{{{ $labels.{binding.label(name) if binding else name} }}}}"

    value = f"{{{{ $value | {_HUMAN.get(unit_of(alert.condition), 'humanize')} }}}}"
    return fill(text, alert, value=value, label=label, literal=_literal)


def _literal(text: str) -> str:
    return text.replace("{{", '{{ "{{" }}')
