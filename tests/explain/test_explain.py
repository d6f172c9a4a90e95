"""`mlmon slo explain`: what is said about an objective, and that every number follows from it."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from mlmon.cli import app
from mlmon.explain.build import explain
from mlmon.explain.model import Explanation
from tests.support.compiled import HEAD, PROJECT, RUNTIME, plan_of

AVAILABILITY = "{name: availability, objective: 99.9%}"
TEXT = """\
fraud/availability: 99.9% over 30d
  Requests that are answered without an error.

  It allows, at an even 50 events/s:
    1h    3.6s    180 bad events
    6h    22s     1,080 bad events
    1d    1m26s   4,320 bad events
    3d    4m19s   12,960 bad events
    30d   43m     129,600 bad events

  100% bad: uses the whole budget up in 43m
    TIER             SEVERITY   FIRES AFTER                COST BY THEN   RESOLVES WITHIN
    page-fast        page       1m2s to 2m32s              5.9%           6m36s
    page-slow        page       2m20s to 3m50s             8.9%           31m
    ticket           ticket     4m59s to 11m               26.6%          6h1m

  10% bad: uses the whole budget up in 7h12m
    TIER             SEVERITY   FIRES AFTER                COST BY THEN   RESOLVES WITHIN
    page-fast        page       8m48s to 10m               2.4%           5m57s
    page-slow        page       22m to 23m                 5.4%           30m
    ticket           ticket     44m to 50m                 11.7%          5h58m

  1% bad: uses the whole budget up in 3d
    TIER             SEVERITY   FIRES AFTER                COST BY THEN   RESOLVES WITHIN
    page-fast        page       never: not above 1.44%
    page-slow        page       3h36m to 3h38m             5.1%           14m
    ticket           ticket     7h13m to 7h19m             10.2%          5h26m

  0.2% bad: uses the whole budget up in 15d
    TIER             SEVERITY   FIRES AFTER                COST BY THEN   RESOLVES WITHIN
    page-fast        page       never: not above 1.44%
    page-slow        page       never: not above 0.6%
    ticket           ticket     1d12h1m to 1d12h7m         10.1%          3h2m

  0.11% bad, just above the objective: uses the whole budget up in 27.3d
    TIER             SEVERITY   FIRES AFTER                COST BY THEN   RESOLVES WITHIN
    page-fast        page       never: not above 1.44%
    page-slow        page       never: not above 0.6%
    ticket           ticket     2d17h28m to 2d17h34m       10.1%          34m

  An outage of 0.6% bad or less pages nobody, however long it lasts.
  An outage of 0.1% bad or less is noticed by no tier, however long it lasts.
  A total outage that is over within 51s pages nobody.

Times run from the start of an outage to a firing alert; Alertmanager's group_wait comes on top.
"""


def explained(folder: Path, entry: str, rate: str | None = None) -> Explanation:
    plan = plan_of(folder, f"{HEAD}{RUNTIME}slos:\n  - {entry}\n")
    return explain(plan, plan.services[0].slos[0], Decimal(rate) if rate else None)


def run(folder: Path, entry: str, *arguments: str) -> Result:
    (folder / "specs").mkdir(exist_ok=True)
    (folder / "mlmon.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "specs" / "fraud.yaml").write_text(f"{HEAD}{RUNTIME}slos:\n  - {entry}\n", encoding="utf-8")
    return CliRunner().invoke(app, ["slo", "explain", "--root", str(folder), *arguments], catch_exceptions=False)


def test_the_text_is_this(tmp_path: Path) -> None:
    result = run(tmp_path, AVAILABILITY, "--rate", "50/s")
    assert result.exit_code == 0
    assert result.stdout == TEXT
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_the_budget_is_time_or_events(tmp_path: Path) -> None:
    allowed = {
        str(item.window): (item.outage, item.errors) for item in explained(tmp_path, AVAILABILITY, "50").allowances
    }
    assert allowed["30d"] == (2592, 129_600)
    assert allowed["1d"] == (Decimal("86.4"), 4320)
    assert allowed["1h"] == (Decimal("3.6"), 180)


def test_traffic_comes_from_the_spec_unless_given(tmp_path: Path) -> None:
    entry = "{name: availability, objective: 99.9%, traffic: 7200/h}"
    assert explained(tmp_path, entry).rate == 2
    assert explained(tmp_path, entry, "5").rate == 5
    assert explained(tmp_path, AVAILABILITY).rate is None


def test_few_events_delay_the_page(tmp_path: Path) -> None:
    busy, quiet = (explained(tmp_path, AVAILABILITY, rate).outages[0].reactions[0].fires for rate in ("50", "0.02"))
    assert busy is not None
    assert quiet is not None
    # 51.8 s until 2 % of the budget are gone, but 250 s until five events have failed at one in 50 s.
    assert quiet.earliest - busy.earliest == 250 - Decimal("51.84")


def test_what_cannot_fire_says_why(tmp_path: Path) -> None:
    made = explained(tmp_path, AVAILABILITY, "0.001")
    assert [row.why for row in made.outages[0].reactions[:2]] == ["fewer than 5 bad events in 1h", ""]
    assert made.outages[2].reactions[0].why == "not above 1.44%"


def test_an_outage_within_the_promise_is_nobodys_business(tmp_path: Path) -> None:
    made = explained(tmp_path, "{name: availability, objective: 95%}")
    assert [outage.name for outage in made.outages if not any(row.fires for row in outage.reactions)] == [
        "1% bad",
        "0.2% bad",
    ]


def test_slices_are_good_until_enough_of_their_events_are_bad(tmp_path: Path) -> None:
    sliced = "{name: availability, objective: 99.9%, slice: {length: 5m, objective: 95%}}"
    made = {outage.ratio: outage.reactions[0] for outage in explained(tmp_path, sliced).outages}
    plain = {outage.ratio: outage.reactions[0] for outage in explained(tmp_path, AVAILABILITY).outages}
    assert made[Decimal("0.01")].why == "its slices tolerate it"
    whole, tenth, unsliced = made[Decimal(1)].fires, made[Decimal("0.1")].fires, plain[Decimal(1)].fires
    assert whole is not None
    assert tenth is not None
    assert unsliced is not None
    # A slice of 5m is bad 15 s into a total outage, and 150 s into one of a tenth; from then on all of it counts.
    assert whole.earliest - unsliced.earliest == 15
    assert tenth.earliest - unsliced.earliest == 150


def test_a_stale_model_pages_nobody(tmp_path: Path) -> None:
    made = explained(tmp_path, "{name: freshness, objective: 95%, max_age: 7d}")
    assert made.never[-1] == "No outage pages anybody: this SLO has no tier of a paging severity."
    assert made.allowances[-1].errors is None


def test_json_has_the_times_in_seconds(tmp_path: Path) -> None:
    found = json.loads(run(tmp_path, AVAILABILITY, "--rate", "50/s", "--format", "json").stdout)["slos"][0]
    assert found["events_per_second"] == 50
    total = found["outages"][0]
    assert total["ratio"] == 1
    assert total["tiers"][0]["tier"] == "page-fast"
    first, last = total["tiers"][0]["fires"]
    assert first < last < 240


def test_markdown_has_a_table_for_each_outage_that_is_noticed(tmp_path: Path) -> None:
    text = run(tmp_path, "{name: availability, objective: 95%}", "--format", "markdown").stdout
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    assert sum(token.type == "table_open" for token in tokens) == 1 + 3
    assert sum(token.type == "heading_open" for token in tokens) == 1 + 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rate", "50"], '"50" is not a rate; write events per time, such as 60/h or 5/s'),
        (["--rate", "0/s"], '"0/s" is not a rate; write events per time, such as 60/h or 5/s'),
        (["froud"], 'there is no service "froud"; did you mean "fraud"?'),
    ],
)
def test_mistakes_are_explained(tmp_path: Path, arguments: list[str], message: str) -> None:
    result = run(tmp_path, AVAILABILITY, *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"mlmon: {message}\n")
