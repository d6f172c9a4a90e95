"""Names that a spec refers to and that must exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Place, did_you_mean, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def unknown(kind: str, name: str, known: Iterable[str], place: Place) -> Finding:
    """Return the finding for a name that mlmon.yaml does not define; `kind` is such as `receiver`."""
    words = list(known)
    advice = did_you_mean(name, words) or f"write {one_of(words)}, or define it in mlmon.yaml"
    return Finding(rule=f"spec-{kind}", message=f'there is no {kind} "{name}"', advice=advice, place=place)


def is_severity(name: str, known: Iterable[str], place: Place, problems: list[Finding]) -> bool:
    """Tell whether a severity exists; if not, say so in `problems`."""
    words = list(known)
    if name not in words:
        problems.append(unknown("severity", name, words, place))
    return name in words
