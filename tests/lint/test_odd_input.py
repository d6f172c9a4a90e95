"""No rule raises, whatever a spec, a plan or an expression looks like."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlmon.diagnostics import Place
from mlmon.lint.catalogue import catalogue
from mlmon.lint.context import Context, Issue
from mlmon.packs.load import library
from mlmon.plan.build import build
from mlmon.plan.conditions import Both, Compare, Written
from mlmon.plan.model import Alert, Plan
from mlmon.promql.shape import conflict, shape
from mlmon.promql.tree import kind, nodes, tree
from mlmon.spec.load import load
from mlmon.syntax import MAX_LENGTH, check
from mlmon.units import Duration
from tests.lint.linting import CASES, PROJECT, variants
from tests.support.archive import read, unpack

TESTS = Path(__file__).parent.parent
ODD = sorted((TESTS / "errors").glob("*.txt"))
EXAMPLES = TESTS.parent / "specs"


def run(folder: Path, files: Mapping[str, str] = {}) -> list[Issue]:
    """All rules over a workspace that need not compile."""
    workspace = load(folder)
    plan = build(workspace, library()).plan
    return every_rule(Context(workspace, plan, files, date(2027, 1, 1))) if plan else []


def every_rule(made: Context) -> list[Issue]:
    return [issue for rule in catalogue().values() for issue in rule.check(made)]


@pytest.mark.parametrize("case", ODD, ids=[case.stem for case in ODD])
def test_broken_specs(case: Path, tmp_path: Path) -> None:
    _, files = read(case)
    unpack({"mlmon.yaml": PROJECT, **files}, tmp_path)
    for issue in run(tmp_path):
        assert issue.place.path


def test_example_fleet() -> None:
    for issue in run(EXAMPLES.parent):
        assert issue.place.line


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """A project with what most rules look at."""
    folder = tmp_path_factory.mktemp("rich")
    cases = {case.stem: variants(case)[1] for case in CASES}
    specs = {
        f"specs/{name}.yaml": cases[name]["specs/ranker.yaml"].replace("{name: ranker, team", f"{{name: {name}, team")
        for name in ("ticket-not-before-page", "signal-behind-flag", "label-unbounded", "slo-without-burn-alert")
    }
    unpack({"mlmon.yaml": PROJECT, **specs}, folder)
    workspace = load(folder)
    plan = build(workspace, library()).plan
    assert plan
    return Context(workspace, plan, {}, date(2027, 1, 1))


durations = st.decimals(-1, 10**6, places=3).map(Duration)
texts = st.text(max_size=8)
names = st.sampled_from(["http_requests_total", "up", "x_bucket", "ml_queue_depth", "service:mlmon_x:y", "ALERTS"])
labels = st.lists(st.sampled_from(["job", "le", "user_id", "pod"]), max_size=2, unique=True).map(", ".join)
matchers = st.sampled_from(["", '{job="a"}', '{job="b",pod!=""}', '{job=~"a|b"}', '{le="1"}', '{service="x"}'])
selectors = st.builds("{}{}".format, names, matchers)
ranges = st.builds(
    "{}[{}]{}".format, selectors, st.sampled_from(["5s", "5m", "1h"]), st.sampled_from(["", " offset 1d"])
)
leaves = st.one_of(
    selectors,
    st.sampled_from(["1", "-Inf", "NaN", "vector(1)", "time()", "scalar(up)", "(up)[5m:1m]"]).map(
        lambda text: f"max_over_time({text})" if text.endswith("]") else text
    ),
    st.builds("{}({})".format, st.sampled_from(["rate", "increase", "changes", "absent_over_time", "deriv"]), ranges),
)
vectors = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("({}) {} ({})".format, inner, st.sampled_from(["+", "/", ">", "< bool", "==", "^"]), inner),
        st.builds("({}) {} on ({}) ({})".format, inner, st.sampled_from(["and", "unless", "or", "*"]), labels, inner),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) * ignoring (pod) group_left (user_id) ({})".format, inner, inner),
        st.builds("sum by ({}) ({})".format, labels, inner),
        st.builds("count without ({}) ({})".format, labels, inner),
        st.builds("topk(3, {})".format, inner),
        st.builds('count_values("v", {})'.format, inner),
        st.builds("histogram_quantile(0.9, {})".format, inner),
        st.builds('label_replace({}, "a", "$1", "job", "(.*)")'.format, inner),
        st.builds("absent({})".format, inner),
        st.builds("-({})".format, inner),
    ),
    max_leaves=6,
)  # fmt: skip


@given(data=st.data())
@settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_mutated_plans(rich: Context, data: st.DataObject) -> None:
    every_rule(replace(rich, plan=mutated(rich.plan, data), files=data.draw(st.dictionaries(texts, texts, max_size=3))))


def mutated(plan: Plan, data: st.DataObject) -> Plan:
    keep = [service for service in plan.services if data.draw(st.booleans())]
    changed = [
        replace(
            service,
            tier=data.draw(st.sampled_from([service.tier, "nowhere"])),
            alerts=tuple(odd(alert, data) for alert in service.alerts if data.draw(st.booleans())),
            slos=service.slos if data.draw(st.booleans()) else (),
        )
        for service in keep
    ]
    routing = replace(
        plan.routing,
        severities=plan.routing.severities[: data.draw(st.integers(0, 3))],
        routes=plan.routing.routes[: data.draw(st.integers(0, 3))],
    )
    outputs = replace(plan.outputs, scrape_interval=data.draw(durations), grafana_url=data.draw(texts))
    return replace(plan, services=tuple(changed), routing=routing, outputs=outputs)


def odd(alert: Alert, data: st.DataObject) -> Alert:
    condition = data.draw(st.sampled_from([alert.condition, Both(()), Written(data.draw(vectors)), Written("((")]))
    if isinstance(condition, Compare):
        condition = replace(condition, threshold=data.draw(st.decimals(allow_nan=False, places=2)))
    return replace(
        alert,
        severity=data.draw(st.sampled_from([alert.severity, "page", "unknown"])),
        for_=data.draw(durations),
        condition=condition,
        origin=data.draw(st.sampled_from([alert.origin, Place()])),
    )


@given(expression=vectors)
@settings(max_examples=100, deadline=None)
def test_shape_of_any_expression(expression: str) -> None:
    root = tree(expression)
    for node in nodes(root) if root is not None else ():
        known = shape(node)
        assert known.names is None or known.values.keys() <= known.names
        if kind(node) == "BinaryExpr":
            assert isinstance(conflict(node), str)


BOTTOMLESS = {
    "parentheses": "(" * 2000 + "x" + ")" * 2000,
    "minus": "-" * 2000 + "x",
    "chain": "+".join(["x"] * 2400),
    "long": "x" * (MAX_LENGTH + 1),
    "far too long": "+".join(["x"] * 90_000),
}


@pytest.mark.parametrize("text", BOTTOMLESS.values(), ids=BOTTOMLESS)
def test_depth_and_length_are_bounded(text: str) -> None:
    assert tree(text) is None


def test_what_is_too_long_is_said() -> None:
    assert check(BOTTOMLESS["far too long"]) == "it is longer than 5000 characters"
