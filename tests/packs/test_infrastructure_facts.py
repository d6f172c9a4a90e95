"""What the infrastructure, quality and pipeline packs claim about metrics, compared with each exporter's documents."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlmon.packs.load import library
from mlmon.packs.signals import PrometheusEntry, SeriesEntry, SignalEntry

FACTS: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "metric_facts_infrastructure.yaml").read_text(encoding="utf-8")
)
PACKS = sorted({pack for system in FACTS.values() for pack in system["packs"]})
TARGET_LABELS = {"instance"}
"""Added by the scrape."""
KINDS = {"counter": {"counter"}, "gauge": {"gauge", "timestamp"}, "untyped": {"counter"}, "histogram": {"histogram"}}
# They are declared counters, but count within a window and fall.
NOT_AS_DECLARED = {"DCGM_EXP_CLOCK_EVENTS_COUNT", "DCGM_EXP_XID_ERRORS_COUNT"}
SCALES = {
    ("percent", "ratio"): "0.01",
    ("mebibytes", "bytes"): "1048576",
    ("millijoules", "joules"): "0.001",
    ("nanoseconds", "seconds"): "0.000000001",
}


def fact(pack: str, metric: str) -> dict[str, Any]:
    found = [
        system["metrics"][metric]
        for system in FACTS.values()
        if pack in system["packs"] and metric in system["metrics"]
    ]
    assert len(found) == 1, f"{len(found)} facts about {metric}"
    return found[0]


def scraped() -> list[tuple[str, SignalEntry, PrometheusEntry, SeriesEntry]]:
    """Every series of these packs; `up` is Prometheus's own."""
    groups = [
        (pack, group)
        for pack in PACKS
        for group in (
            library().packs[pack].pack.signals,
            *(family.signals for family in library().packs[pack].pack.families.values()),
        )
    ]
    return [
        (pack, entry, entry.prometheus, series)
        for pack, group in groups
        for entry in group.values()
        if entry.prometheus
        for series in (entry.prometheus, *entry.prometheus.plus)
        if series.metric != "up"
    ]


SERIES = scraped()
IDS = [f"{pack}-{series.metric}" for pack, _, _, series in SERIES]


@pytest.mark.parametrize(("pack", "entry", "binding", "series"), SERIES, ids=IDS)
def test_a_binding_is_what_the_exporter_offers(
    pack: str, entry: SignalEntry, binding: PrometheusEntry, series: SeriesEntry
) -> None:
    known = fact(pack, series.metric)
    assert entry.kind in KINDS[known["type"]] or series.metric in NOT_AS_DECLARED
    assert set(series.matchers) <= set(known["labels"])
    assert set(binding.labels.values()) <= {*known["labels"], *TARGET_LABELS}
    assert bool(entry.enabled_by) == known.get("opt_in", False)
    assert binding.buckets == [Decimal(str(bound)) for bound in known.get("buckets", [])]


@pytest.mark.parametrize(("pack", "entry", "binding", "series"), SERIES, ids=IDS)
def test_a_value_is_converted_into_the_unit_of_its_signal(
    pack: str, entry: SignalEntry, binding: PrometheusEntry, series: SeriesEntry
) -> None:
    scale = SCALES.get((fact(pack, series.metric)["unit"], entry.unit), "1")
    assert binding.scale == Decimal(scale)


def test_every_fact_is_used() -> None:
    assert {metric for system in FACTS.values() for metric in system["metrics"]} == {s.metric for _, _, _, s in SERIES}


@pytest.mark.parametrize("pack", ["dcgm", "kubernetes", "kubernetes-cronjob", "batch-job"])
def test_labels_that_a_choice_renames_are_ones_that_the_pack_uses(pack: str) -> None:
    renamed = {
        label
        for parameter in library().packs[pack].pack.parameters.values()
        for renames in parameter.renames.values()
        for label in renames
    }
    used = {
        label
        for name, _, binding, series in SERIES
        if name == pack
        for label in (*series.matchers, *binding.labels.values())
    }
    assert renamed - {"container"} <= used
