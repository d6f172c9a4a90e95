"""A Prometheus as a source: short questions with short answers, whatever the number of series behind them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from mlmon.plan.signals import Matcher, Series
from mlmon.promql.text import aggregate
from mlmon.promql.text import selector as series_text
from mlmon.remote.client import BUDGETS
from mlmon.remote.http import QueryError
from mlmon.verify.source import MOST_VALUES

if TYPE_CHECKING:
    from mlmon.remote.client import Client

WORDS: Final = replace(
    BUDGETS,
    slow="raise --timeout, or ask for less with SERVICE and --component",
    large="ask for less with SERVICE and --component",
)
"""What is said when Prometheus cannot be asked."""
_TARGET: Final = ("job", "instance")
_SOME_TARGETS: Final = "20"
_FAMILY_ENDINGS: Final = ("", "_total", "_bucket", "_count", "_sum")


@dataclass(frozen=True)
class Live:
    """Asks one Prometheus; every question is asked once. Its methods raise QueryError."""

    client: Client
    since: int
    """Unix seconds; older names of metrics are not offered as what may have been meant."""
    scraped: bool = True
    noun: str = "this Prometheus"
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def names(self, selector: tuple[Matcher, ...]) -> list[str]:
        """Names of all metrics of the recent past."""
        key = f"names {selector}"
        if key not in self._kept:
            only = {"match[]": series_text(Series("", selector))} if selector else {}
            found = self.client.data("label/__name__/values", start=str(self.since), **only)
            self._kept[key] = [str(name) for name in found] if isinstance(found, list) else []
        names: list[str] = self._kept[key]
        return names

    def kind(self, name: str, selector: tuple[Matcher, ...]) -> str:
        """Type that targets declare; a family's parts are counters."""
        for ending in _FAMILY_ENDINGS:
            found = self._declared(name.removesuffix(ending), selector) if name.endswith(ending) else set()
            if ending in {"_bucket", "_count", "_sum"} and found & {"histogram", "summary"}:
                return "counter"
            if found and ending in {"", "_total"}:
                return next(iter(sorted(found - {"unknown"})), "")
        return ""

    def is_declared(self, name: str) -> bool:
        """Prometheus keeps no metrics without series."""
        del name
        return False

    def count(self, series: Series) -> int:
        """Number of series selected."""
        return int(self._number(aggregate("count", (), series_text(series))) or 0)

    def carries(self, series: Series, label: str) -> bool:
        """Whether any selected series has the label."""
        return self.count(Series(series.metric, (*series.matchers, Matcher(label, "!=", "")))) > 0

    def labels(self, series: Series) -> list[str]:
        """Labels of one of the selected series, sorted."""
        found = self._ask(f"topk(1, {series_text(series)})")
        return sorted(label for labels, _ in found for label in labels if label != "__name__")

    def values(self, series: Series, label: str) -> dict[str, int]:
        """Values with the number of series, the most frequent first."""
        found = self._ask(f"topk({MOST_VALUES}, {aggregate('count', (label,), series_text(series))})")
        counts = [(labels.get(label, ""), int(value)) for labels, value in found]
        return dict(sorted(counts, key=lambda item: (-item[1], item[0])))

    def distinct(self, series: Series, label: str) -> int:
        """Number of values."""
        return int(self._number(f"count({aggregate('count', (label,), series_text(series))})") or 0)

    def per_target(self, series: Series) -> int:
        """Series of the target that has most of them."""
        return int(self._number(f"max({aggregate('count', _TARGET, series_text(series))})") or 0)

    def highest(self, series: Series) -> float | None:
        """Highest value."""
        return self._number(f"max({series_text(series)})")

    def total(self, series: Series) -> float | None:
        """Sum of the values."""
        return self._number(f"sum({series_text(series)})")

    def _declared(self, family: str, selector: tuple[Matcher, ...]) -> set[str]:
        key = f"metadata {family} {selector}"
        if key not in self._kept:
            self._kept[key] = self._by_target(family, selector) or self._by_anyone(family)
        kinds: set[str] = self._kept[key]
        return kinds

    def _by_target(self, family: str, selector: tuple[Matcher, ...]) -> set[str]:
        """What the selected targets say; Thanos and Mimir do not know targets."""
        if not selector or "no targets" in self._kept:
            return set()
        try:
            only = {"match_target": series_text(Series("", selector)), "metric": family, "limit": _SOME_TARGETS}
            found = self.client.data("targets/metadata", **only)
        except QueryError:
            self._kept["no targets"] = True
            return set()
        return _types(found)

    def _by_anyone(self, family: str) -> set[str]:
        found = self.client.data("metadata", metric=family)
        return _types(found.get(family)) if isinstance(found, dict) else set()

    def _ask(self, expression: str) -> list[tuple[dict[str, str], float]]:
        if expression not in self._kept:
            self._kept[expression] = self.client.now(expression)
        answer: list[tuple[dict[str, str], float]] = self._kept[expression]
        return answer

    def _number(self, expression: str) -> float | None:
        found = self._ask(expression)
        return found[0][1] if found else None


def _types(entries: object) -> set[str]:
    listed = entries if isinstance(entries, list) else []
    return {str(entry.get("type", "")) for entry in listed if isinstance(entry, dict)}
