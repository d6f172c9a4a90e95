"""Every pack against pages made of the facts about its system: all of it is found, and each kind of damage is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mlmon.diagnostics import Severity
from mlmon.packs.load import library
from mlmon.plan.model import Component, ServicePlan
from mlmon.verify.exposition import parse
from mlmon.verify.families import names_by_family
from mlmon.verify.model import State, Verified
from mlmon.verify.pages import Pages
from mlmon.verify.run import verify
from mlmon.verify.wish import Wish
from tests.support.compiled import HEAD
from tests.support.presets import Variant, plan_of_spec, variants
from tests.verify.fact_pages import Family, families, page

DECLARED_OTHERWISE = "not a gauge but a counter: DCGM_EXP_"
"""They count within a window and fall, whatever their declaration says."""


def service_of(spec: str) -> ServicePlan:
    plan = plan_of_spec(spec).plan
    assert plan is not None
    return plan.services[0]


def scraped() -> list[Variant]:
    return [
        item
        for item in variants()
        if any(signal.prometheus for part in service_of(item.spec).components for signal in part.signals)
    ]


def checked(service: ServicePlan, text: str, **wish: object) -> Verified:
    source = Pages((parse(text, openmetrics=False),))
    wished = {"components": frozenset([service.components[0].name]), "names": names_by_family(library())} | wish
    return verify([service], source, "page.txt", Wish(**wished))  # type: ignore[arg-type]


@pytest.mark.parametrize("variant", scraped(), ids=str)
def test_every_pack_finds_its_signals_on_a_page_of_its_system(variant: Variant) -> None:
    service = service_of(variant.spec)
    verified = checked(service, page(families(service.components[0])))
    told = [item for item in verified.findings if not item.message.startswith(DECLARED_OTHERWISE)]
    assert [item.message for item in told if item.severity is not Severity.NOTE] == []
    unread = {item.signal.name for item in verified.signals if item.state in {State.ABSENT, State.UNSEEN}}
    assert unread == set()


VLLM = f"""{HEAD}
runtimes:
  - {{preset: vllm, selector: {{job: vllm}}, model: x}}
slos:
  - {{name: availability, objective: 99.9%}}
  - {{name: latency, objective: 99%, threshold: 10s}}
"""
LATENCY = "vllm:e2e_request_latency_seconds"
REQUESTS = "http_requests_total"
QUEUE = "vllm:num_requests_waiting"
TIME_TO_FIRST = "vllm:time_to_first_token_seconds"
Damage = Callable[[dict[str, Family]], object]


def renamed(old: str, new: str) -> Damage:
    def damage(found: dict[str, Family]) -> None:
        found[old].name = new

    return damage


def changed(metric: str, **values: object) -> Damage:
    def damage(found: dict[str, Family]) -> None:
        for key, value in values.items():
            setattr(found[metric], key, value)

    return damage


def labelled(metric: str, *series: dict[str, str]) -> Damage:
    return changed(metric, series=list(series))


ONE = {"model_name": "x", "engine": "0"}
HTTP = {"handler": "/v1/chat", "method": "POST"}
NEXT_BOUNDS = ["1", "5", "20"]
DAMAGES: dict[str, Damage] = {
    "absent": lambda found: found.pop(QUEUE),
    "absent, read by a panel only": lambda found: found.pop("vllm:num_requests_running"),
    "a name of another version": renamed("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"),
    "a counter without _total": renamed("vllm:num_preemptions_total", "vllm:num_preemptions"),
    "another separator": renamed(QUEUE, "vllm_num_requests_waiting"),
    "a prefix": renamed(QUEUE, "ray_vllm_num_requests_waiting"),
    "a gauge instead of a counter": changed("vllm:num_preemptions_total", type="gauge"),
    "a summary instead of a histogram": lambda found: found.update(
        {TIME_TO_FIRST: Summary(TIME_TO_FIRST, "summary", [], [ONE])}
    ),
    "a counter instead of a gauge": changed(QUEUE, type="counter"),
    "a label that the rules select by": labelled(QUEUE, {"model": "x", "engine": "0"}),
    "another value than the spec's": labelled(
        QUEUE, {"model_name": "xl", "engine": "0"}, {"model_name": "y", "engine": "0"}
    ),
    "no errors yet": labelled(REQUESTS, HTTP | {"status": "2xx"}),
    "codes that are not grouped": labelled(REQUESTS, HTTP | {"status": "200"}),
    "other buckets": changed(LATENCY, buckets=NEXT_BOUNDS),
    "a bound written otherwise": lambda found: setattr(
        found[LATENCY], "buckets", ["1e+01" if it == "10" else it for it in found[LATENCY].buckets]
    ),
    "no buckets": changed(TIME_TO_FIRST, buckets=[]),
    "milliseconds in seconds": changed(LATENCY, value=400_000),
    "percent in a ratio": changed("vllm:kv_cache_usage_perc", value=87.5),
    "a series of every request": labelled(
        QUEUE, *({"model_name": "x", "engine": "0", "request_id": str(number)} for number in range(1001))
    ),
    "announced only": labelled("vllm:num_preemptions_total"),
}


class Summary(Family):
    def lines(self) -> list[str]:  # type: ignore[override]
        parts = ['{quantile="0.9"} 1', "_sum 1", "_count 1"]
        return [f"# TYPE {self.name} summary", *(f"{self.name}{part}" for part in parts)]


EXPECTED = {
    part.partition("\n")[0]: part.splitlines()[1:]
    for part in (Path(__file__).parent / "damages.txt")
    .read_text(encoding="utf-8")
    .replace("\n\n", "\n")
    .split("\n## ")[1:]
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_named(damage: str) -> None:
    service = service_of(VLLM)
    found = families(service.components[0])
    DAMAGES[damage](found)
    verified = checked(service, page(found))
    between = "lies between two buckets"
    told = [
        f"{it.severity}[{it.rule}] {it.message}; {it.advice}" for it in verified.findings if between not in it.message
    ]
    assert told == EXPECTED[damage]


def test_every_kind_of_damage_is_tried() -> None:
    assert EXPECTED.keys() == DAMAGES.keys()


def test_the_same_problem_of_many_metrics_is_told_once() -> None:
    service = service_of(VLLM)
    found = families(service.components[0])
    for family in found.values():
        family.series = [item | {"model_name": "y"} if "model_name" in item else item for item in family.series]
    told = [item for item in checked(service, page(found)).findings if item.rule == "verify-value"]
    errors = [item.message for item in told if item.severity is Severity.ERROR]
    assert len(errors) == 1
    assert errors[0].startswith('there is no series with model_name="x" of vllm:')
    assert errors[0].endswith(" more")


def test_strictness_makes_what_is_not_seen_an_error() -> None:
    service = service_of(VLLM)
    found = families(service.components[0])
    labelled(REQUESTS, HTTP | {"status": "2xx"})(found)
    severities = [item.severity for item in checked(service, page(found), strict=True).findings]
    assert severities.count(Severity.ERROR) == 2


def test_labels_that_a_scrape_renames_are_found_under_their_own_name() -> None:
    spec = f"{HEAD}runtimes:\n  - {{preset: vllm, selector: {{job: x}}}}\ninfrastructure:\n"
    service = service_of(f"{spec}  - {{preset: dcgm, namespace: shop, deployment: web, workload_labels: exported}}\n")
    dcgm: Component = service.components[1]
    assert any(item.label == "exported_namespace" for item in dcgm.signals[1].prometheus.series[0].matchers)  # type: ignore[union-attr]
    text = 'DCGM_FI_DEV_GPU_UTIL{gpu="0",Hostname="a",modelName="L4",namespace="shop",pod="web-7c9f8d-x2x4z"} 50\n'
    verified = checked(service, text, components=frozenset(["dcgm"]))
    state = next(item.state for item in verified.signals if item.signal.name == "gpu_utilization")
    assert state is State.PRESENT
