"""What can be asked about metrics, whoever knows them."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlmon.plan.signals import Matcher, Series

TARGET_LABELS: Final = frozenset(
    {"job", "instance", "namespace", "pod", "container", "service", "endpoint", "node", "cluster"}
)
"""Labels that the scrape adds: prometheus.io/docs/concepts/jobs_instances and the Prometheus operator's monitors."""
MOST_VALUES: Final = 200


class Source(Protocol):
    """Metrics as they are. `scraped` says that series have the labels that a scrape adds, such as job."""

    @property
    def scraped(self) -> bool: ...  # noqa: D102

    @property
    def noun(self) -> str:
        """What it is called in a sentence: `this page`, `this Prometheus`."""

    def names(self, selector: tuple[Matcher, ...]) -> Collection[str]:
        """Names of all metrics of the selected targets, as rules write them."""

    def kind(self, name: str, selector: tuple[Matcher, ...]) -> str:
        """Type that the selected targets give a metric: counter, gauge, ...; empty where nobody says."""

    def is_declared(self, name: str) -> bool:
        """Whether a metric is announced, though it may have no series yet."""

    def count(self, series: Series) -> int:
        """How many series are selected."""

    def carries(self, series: Series, label: str) -> bool:
        """Whether any selected series has the label."""

    def labels(self, series: Series) -> Collection[str]:
        """Labels of the selected series, or of one of them."""

    def values(self, series: Series, label: str) -> dict[str, int]:
        """Values of a label among the selected series with how many have it, the most frequent of them."""

    def distinct(self, series: Series, label: str) -> int:
        """How many values a label has among the selected series."""

    def per_target(self, series: Series) -> int:
        """How many of the selected series come from one target, at most."""

    def highest(self, series: Series) -> float | None:
        """Highest value of the selected series."""

    def total(self, series: Series) -> float | None:
        """Sum of the values of the selected series."""


def accepts(matcher: Matcher, value: str) -> bool:
    """Tell whether a matcher accepts a label's value; a missing label has the empty one."""
    equal = _is_whole(matcher.value, value) if matcher.op in {"=~", "!~"} else matcher.value == value
    return equal != matcher.op.startswith("!")


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return re.compile(pattern, re.DOTALL)
        except re.error:
            return None


def _is_whole(pattern: str, value: str) -> bool:
    # What RE2 knows and Python does not is believed to match.
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None
