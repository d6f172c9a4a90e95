"""One signal under examination: where it is looked for, who reads it, and how its problems are told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Severity, did_you_mean
from mlmon.plan.signals import PrometheusBinding, Series
from mlmon.promql.text import matcher as matcher_text
from mlmon.verify.model import Problem, State
from mlmon.verify.source import TARGET_LABELS, accepts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlmon.diagnostics import Place
    from mlmon.plan.signals import Matcher, Signal
    from mlmon.verify.needs import Use
    from mlmon.verify.source import Source

_NAMED: Final = 2
_EXPORTED: Final = "exported_"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A signal of a component. `selector` are the matchers that its targets bring along, `given` what the spec says,
    `taken` the metrics that the component's other signals have, `elsewhere` those that other families of its pack read
    the signal from, with the family's name.
    """

    signal: Signal
    binding: PrometheusBinding
    uses: tuple[Use, ...]
    source: Source
    place: Place
    selector: tuple[Matcher, ...]
    given: frozenset[str]
    max_series: int
    instrumented: bool = False
    taken: frozenset[str] = frozenset()
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_required(self) -> bool:
        """Whether an SLO, an alert or a recording reads it."""
        return any(use.reader.is_rule for use in self.uses)

    @property
    def severity(self) -> Severity:
        """How bad it is that the signal cannot be read."""
        return Severity.ERROR if self.is_required else Severity.WARNING

    def counted(self, series: Series) -> Series:
        """The series by which a metric is known to exist; a classic histogram has none of its own name."""
        if self.signal.kind != "histogram" or (self.binding.native and self.source.scraped):
            return series
        return Series(f"{series.metric}_count", series.matchers)

    def declared(self, metric: str) -> str:
        """Return the type that the component's targets declare for a metric, empty if none."""
        return self.source.kind(metric, self.selector)

    def bare(self, series: Series) -> Series:
        """Return all series of the metric on the component's targets: without the matchers that choose among them."""
        known = Series(series.metric, ())
        kept = (item for item in series.matchers if item in self.selector)
        return Series(
            series.metric,
            tuple(item for item in kept if self.source.scraped or self.source.carries(known, item.label)),
        )

    def is_target_label(self, label: str) -> bool:
        """Whether a scrape may add the label, or the rules select targets by it."""
        return label in TARGET_LABELS or any(matcher.label == label for matcher in self.selector)

    def reachable(self, series: Series) -> tuple[Series, tuple[str, ...]]:
        """Leave out matchers on labels that only the scrape will add, and name those labels."""
        if self.source.scraped:
            return series, ()
        bare = Series(series.metric, ())
        kept = [(item.label, replace(item, label=self.here(bare, item.label))) for item in series.matchers]
        added = {
            label for label, item in kept if self.is_target_label(label) and not self.source.carries(bare, item.label)
        }
        return Series(series.metric, tuple(item for label, item in kept if label not in added)), tuple(sorted(added))

    def here(self, series: Series, label: str) -> str:
        """Return what a label of the rules is called here; where a target has it, too, the scrape renames the page's.

        https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config (honor_labels)
        """
        own = label.removeprefix(_EXPORTED)
        renamed = not self.source.scraped and own != label and not self.source.carries(series, label)
        return own if renamed and self.source.carries(series, own) else label

    def problem(
        self, rule: str, metric: str, after: str, advice: str, *,
        before: str = "", severity: Severity | None = None, place: Place | None = None, state: State = State.WRONG,
    ) -> Problem:  # fmt: skip
        """Return a problem at the component's place in the spec, as bad as the signal is needed, unless told."""
        return Problem(
            rule=rule,
            metric=metric,
            before=before,
            after=after,
            advice=advice,
            place=place or self.place,
            severity=severity or self.severity,
            state=state,
        )

    @property
    def binds(self) -> str:
        """Where a spec says how the signal is read."""
        return f"`signals.{self.signal.name}.prometheus`"

    def lacks(self, series: Series, label: str, follows: str, severity: Severity | None = None) -> Problem:
        """Return the problem with series that do not have a label, of which `follows` tells the consequence."""
        has = sorted(set(self.source.labels(series)) - {"le", "quantile"})
        near = did_you_mean(label, has)
        labels = f"its labels are {', '.join(has)}" if has else "it has no labels"
        advice = f"{labels}; {follows}" + (f": {near}" if near else "")
        before = f"there is no label {label} on "
        return self.problem("verify-label", series.metric, "", advice, before=before, severity=severity)

    def readers(self) -> str:
        """Say who reads it: `SLO availability, alerts A, B and 3 more`."""
        parts: list[str] = []
        for what, several in (("SLO", "SLOs"), ("alert", "alerts"), ("recording", "recordings"), ("panel", "panels")):
            names = list(dict.fromkeys(use.reader.name for use in self.uses if use.reader.what == what))
            if names and (what in {"SLO", "alert"} or not parts):
                shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
                parts.append(f"{several if len(names) > 1 else what} {shown}")
        return ", ".join(parts)


def written(matchers: tuple[Matcher, ...]) -> str:
    """Write matchers as in PromQL."""
    return ", ".join(matcher_text(item) for item in matchers)


def accepts_missing(matcher: Matcher) -> bool:
    """Tell whether a series without the label is selected, too."""
    return accepts(matcher, "")
