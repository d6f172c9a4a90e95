"""Whether series have the labels by which rules group them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Severity, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.signals import Series
    from mlmon.verify.model import Problem
    from mlmon.verify.subject import Subject


def lacking_labels(subject: Subject, counted: Series) -> Iterator[Problem]:
    """Compare the labels that rules group by with those of the selected series."""
    vital = {subject.binding.label(name) for use in subject.uses for name in use.vital}
    wanted = vital | {subject.binding.label(name) for use in subject.uses for name in use.labels}
    for label in sorted({subject.here(counted, label) for label in wanted}):
        by_scrape = not subject.source.scraped and subject.is_target_label(label)
        if not by_scrape and not subject.source.carries(counted, label):
            yield _lacking(subject, counted, label, is_vital=label in vital)


def _lacking(subject: Subject, counted: Series, label: str, *, is_vital: bool) -> Problem:
    has = sorted(set(subject.source.labels(counted)) - {"le", "quantile"})
    near = did_you_mean(label, has)
    labels = f"its labels are {', '.join(has)}" if has else "it has no labels"
    follows = (
        "nothing can be told apart by it" if is_vital else "alerts and panels show one number for all of its values"
    )
    advice = f"{labels}; {follows}" + (f": {near}" if near else "")
    severity = subject.severity if is_vital else Severity.WARNING
    before = f"there is no label {label} on "
    return subject.problem("verify-label", counted.metric, "", advice, before=before, severity=severity)
