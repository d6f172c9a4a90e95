"""Pages of metrics as a source: what exporters serve, before a scrape adds its labels."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from mlmon.verify.source import MOST_VALUES, accepts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlmon.plan.signals import Matcher, Series
    from mlmon.verify.exposition import Labels, Page

_PARTS: Final = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("_count", "_sum")}


@dataclass(frozen=True)
class Pages:
    """One page, or several of exporters that belong together."""

    pages: tuple[Page, ...]
    scraped: bool = False
    _kept: dict[Series, list[list[tuple[Labels, float]]]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def noun(self) -> str:
        """What it is called in a sentence."""
        return "this page" if len(self.pages) == 1 else "these pages"

    @cached_property
    def _names(self) -> dict[str, str]:
        """Type of every name that may stand in a rule, the announced ones included."""
        found = {name: "" for page in self.pages for name in page.samples}
        for page in self.pages:
            for family, kind in page.types.items():
                found |= dict(_named(family, kind, found))
        return found

    def names(self, selector: tuple[Matcher, ...]) -> dict[str, str]:
        """Names of all metrics, whoever is selected; those of histograms with and without their endings."""
        del selector
        return self._names

    def kind(self, name: str, selector: tuple[Matcher, ...]) -> str:
        """Declared type."""
        del selector
        return self._names.get(name, "")

    def is_declared(self, name: str) -> bool:
        """Whether its type is declared."""
        return name in self._names

    def _each(self, series: Series) -> list[list[tuple[Labels, float]]]:
        """The selected series of each page; every check of a metric asks for the same ones."""
        if series not in self._kept:
            self._kept[series] = [
                [
                    (labels, value)
                    for labels, value in page.samples.get(series.metric, ())
                    if all(accepts(matcher, labels.get(matcher.label, "")) for matcher in series.matchers)
                ]
                for page in self.pages
            ]
        return self._kept[series]

    def _selected(self, series: Series) -> Iterator[tuple[Labels, float]]:
        return chain.from_iterable(self._each(series))

    def count(self, series: Series) -> int:
        """Series selected on all pages."""
        return sum(map(len, self._each(series)))

    def carries(self, series: Series, label: str) -> bool:
        """Whether any selected series has the label."""
        return any(labels.get(label) for labels, _ in self._selected(series))

    def labels(self, series: Series) -> list[str]:
        """Labels that any selected series has, sorted."""
        return sorted({label for labels, _ in self._selected(series) for label in labels})

    def values(self, series: Series, label: str) -> dict[str, int]:
        """Values with the number of series, the most frequent first."""
        found = Counter(labels.get(label, "") for labels, _ in self._selected(series))
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MOST_VALUES])

    def distinct(self, series: Series, label: str) -> int:
        """Number of values."""
        return len({labels.get(label, "") for labels, _ in self._selected(series)})

    def per_target(self, series: Series) -> int:
        """Series on the page that has most of them."""
        return max(map(len, self._each(series)), default=0)

    def highest(self, series: Series) -> float | None:
        """Highest value that is a number."""
        return max((value for _, value in self._selected(series) if math.isfinite(value)), default=None)

    def total(self, series: Series) -> float | None:
        """Sum of the values that are numbers."""
        found = [value for _, value in self._selected(series) if math.isfinite(value)]
        return sum(found) if found else None


def _named(family: str, kind: str, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    for ending in _PARTS.get(kind, ()):
        yield f"{family}{ending}", "counter"
    # OpenMetrics declares a counter without the ending that its samples have.
    bare = kind == "counter" and not family.endswith("_total") and family not in known
    yield (f"{family}_total" if bare else family), "" if kind in {"untyped", "unknown"} else kind
