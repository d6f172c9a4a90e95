"""What the packs claim about metrics, compared with facts written down from each system's own source or manual."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlmon.packs.load import library
from mlmon.packs.signals import PrometheusEntry, SeriesEntry, SignalEntry

FILES = ("metric_facts.yaml", "metric_facts_servers.yaml", "metric_facts_cloud.yaml")
FACTS: dict[str, Any] = {
    pack: system
    for name in FILES
    for pack, system in yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8")).items()
}
SCRAPE_LABELS = {"instance", "job"}
SCALES = {
    ("microseconds", "seconds"): "0.000001",
    ("milliseconds", "seconds"): "0.001",
    ("Microseconds", "seconds"): "0.000001",
    ("Milliseconds", "seconds"): "0.001",
    ("Percent", "ratio"): "0.01",
    ("percent", "ratio"): "0.01",
    ("tokens", "usd"): "0.000001",
    ("SampleCount", "usd"): "0.000001",
    ("tokens", "hourly_kilotokens"): "3.6",
}
DIVIDED = {"CPUUtilization", "GPUUtilization", "GPUMemoryUtilization", "EstimatedTPMQuotaUsage", "EstimatedCharges"}
"""Metrics that add up over what the spec tells the number of, or that it sets a limit to."""
KINDS = {"counter": {"counter"}, "gauge": {"gauge", "timestamp"}, "histogram": {"histogram"}}


def signals(pack: str) -> list[tuple[str, SignalEntry]]:
    loaded = library().packs[pack].pack
    groups = [loaded.signals, *(family.signals for family in loaded.families.values())]
    return [(name, entry) for group in groups for name, entry in group.items()]


def fact_of(pack: str, metric: str) -> dict[str, Any] | None:
    return FACTS[pack]["metrics"].get(metric) or FACTS["prometheus-client"]["metrics"].get(metric)


def scraped() -> list[tuple[str, str, SignalEntry, PrometheusEntry, SeriesEntry]]:
    """Every Prometheus series of every pack with facts; `up` is Prometheus's own."""
    return [
        (pack, name, entry, entry.prometheus, series)
        for pack in FACTS
        for name, entry in signals(pack)
        if entry.prometheus
        for series in (entry.prometheus, *entry.prometheus.plus)
        if series.metric != "up" and (pack != "prometheus-client" or fact_of(pack, series.metric))
    ]


SERIES = scraped()
IDS = [f"{pack}-{name}-{series.metric}" for pack, name, _, _, series in SERIES]


@pytest.mark.parametrize(("pack", "name", "entry", "binding", "series"), SERIES, ids=IDS)
def test_prometheus_binding_is_what_the_system_exposes(
    pack: str, name: str, entry: SignalEntry, binding: PrometheusEntry, series: SeriesEntry
) -> None:
    fact = fact_of(pack, series.metric)
    assert fact is not None, f"no fact about {series.metric}"
    assert entry.kind in KINDS[fact["type"]]
    assert set(series.matchers) <= set(fact["labels"])
    assert set(binding.labels.values()) <= {*fact["labels"], *SCRAPE_LABELS} | extra_labels(pack, binding)
    assert binding.scale == Decimal(SCALES.get((fact["unit"], entry.unit), "1"))
    assert (fact["unit"] == entry.unit) == (binding.scale == 1)
    assert binding.buckets == [Decimal(str(bound)) for bound in fact.get("buckets", [])]
    assert bool(entry.enabled_by) == fact.get("opt_in", False), name


def extra_labels(pack: str, binding: PrometheusEntry) -> set[str]:
    """Metrics that are counted together have the labels of each."""
    return {label for series in binding.plus for label in (fact_of(pack, series.metric) or {}).get("labels", [])}


# What a service writes itself, into a namespace that its spec names, is no fact about AWS.
WATCHED = [
    (pack, name, entry)
    for pack in FACTS
    for name, entry in signals(pack)
    if entry.cloudwatch and not entry.cloudwatch.namespace.startswith("%(")
]


@pytest.mark.parametrize(("pack", "name", "entry"), WATCHED, ids=[f"{pack}-{name}" for pack, name, _ in WATCHED])
def test_cloudwatch_binding_is_what_aws_publishes(pack: str, name: str, entry: SignalEntry) -> None:
    binding = entry.cloudwatch
    assert binding is not None
    for metric in (binding.metric, *binding.plus):
        fact = FACTS[pack]["metrics"][metric]
        assert binding.namespace == fact["namespace"]
        assert binding.region == fact.get("region")
        assert list(binding.dimensions) == fact["dimensions"]
        assert binding.unit == str(fact["unit"])
        assert binding.statistic in fact["statistics"]
        assert binding.scale == Decimal(SCALES.get((fact["unit"], entry.unit), "1")), name
    assert bool(binding.divide_by) == (binding.metric in DIVIDED)


def test_every_fact_is_used() -> None:
    read = {series.metric for _, _, _, _, series in SERIES}
    bound = [entry.cloudwatch for _, _, entry in WATCHED if entry.cloudwatch]
    read |= {metric for binding in bound for metric in (binding.metric, *binding.plus)}
    assert {metric for system in FACTS.values() for metric in system["metrics"]} == read


FAMILIES = {
    "ml_inference": {
        "requests": ("ml_inference_requests_total", ()),
        "latency": ("ml_inference_latency_seconds", (0.001, 0.01, 0.05, 0.1, 0.5, 1, 5)),
        "confidence": ("ml_model_confidence_score", (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1)),
    },
    "model_inference": {
        "requests": ("model_inference_requests_total", ()),
        "latency": ("model_inference_latency_seconds", (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)),
        "confidence": ("model_prediction_confidence", (*(n / 10 for n in range(1, 10)), 0.95, 0.99)),
    },
    "inference": {
        "requests": ("inference_requests_total", ()),
        "latency": ("inference_latency_seconds", ()),
        "batch_latency": ("prediction_latency_seconds", ()),
        "prediction_mean": ("prediction_mean", ()),
        "predictions": ("prediction_values_count", ()),
    },
}


@pytest.mark.parametrize("family", FAMILIES)
def test_families_of_in_house_services_keep_their_names_and_buckets(family: str) -> None:
    entries = library().packs["prometheus-client"].pack.families[family].signals
    assert {"requests", "errors", "latency"} <= set(entries)
    for name, (metric, bounds) in FAMILIES[family].items():
        binding = entries[name].prometheus
        assert binding is not None
        assert binding.metric == metric
        assert [float(bound) for bound in binding.buckets] == list(bounds)
