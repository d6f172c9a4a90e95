"""Whether series have the labels by which rules group them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.signals import Series
    from mlmon.verify.model import Problem
    from mlmon.verify.subject import Subject

_VITAL: Final = ("nothing can be told apart by it", None)
_DETAIL: Final = ("alerts and panels show one number for all of its values", Severity.WARNING)
"""What follows from a label that is not there, and how bad that is; None is as bad as the signal is needed."""


def lacking_labels(subject: Subject, counted: Series) -> Iterator[Problem]:
    """Compare the labels that rules group by with those of the selected series."""
    vital = {subject.binding.label(name) for use in subject.uses for name in use.vital}
    wanted = vital | {subject.binding.label(name) for use in subject.uses for name in use.labels}
    for label in sorted({subject.here(counted, label) for label in wanted}):
        by_scrape = not subject.source.scraped and subject.is_target_label(label)
        if not by_scrape and not subject.source.carries(counted, label):
            follows, severity = _VITAL if label in vital else _DETAIL
            yield subject.lacks(counted, label, follows, severity)
