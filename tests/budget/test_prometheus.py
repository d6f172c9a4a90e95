"""The report from a real Prometheus, against the whole numbers that were written into it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from mlmon.cli import app
from tests.budget.stories import DAY, HOUR, NOW, Counts, Outage, month
from tests.support.compiled import HEAD, PROJECT, RUNTIME
from tests.support.history import import_blocks
from tests.support.servers import Server, prometheus

SLOS = """\
slos:
  - {name: availability, objective: 99.9%}
  - {name: gaps, indicator: availability, objective: 99.5%}
  - {name: by-version, indicator: availability, objective: 99.9%, group_by: [version]}
  - {name: monthly, indicator: availability, objective: 99.9%, calendar: month}
  - {name: silent, indicator: availability, objective: 99.9%}
"""
START = NOW - 31 * DAY
OUTAGE = Outage(NOW - 9 * DAY, NOW - 9 * DAY + HOUR, 20)
WRITTEN: dict[str, tuple[float, str, Counts]] = {
    # What rules record stands where their group happens to be evaluated within the five minutes.
    "availability": (-137.211, "", month(OUTAGE, steady=2)),
    # On the very edge between two steps, where Prometheus 2 counts a sample for both.
    "gaps": (0, "", month(steady=3, gaps=((NOW - 3 * DAY, NOW - 2 * DAY), (NOW - 9 * HOUR, NOW - 9 * HOUR + 300)))),
    "by-version": (-299.5, ',model_version="v1"', month(steady=1)),
    "monthly": (-1, "", month(OUTAGE, steady=1)),
}


def lines() -> Iterator[str]:
    for part, place in (("errors", 0), ("events", 1)):
        yield f"# TYPE slo:mlmon_{part}:chunk5m gauge"
        for slo, (offset, labels, story) in WRITTEN.items():
            for end in range(START + 300, NOW + 1, 300):
                if pair := story(end):
                    series = f'slo:mlmon_{part}:chunk5m{{service="fraud",slo="{slo}"{labels}}}'
                    yield f"{series} {pair[place]} {end + offset:.3f}"
    yield "# EOF"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str], str]) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("prometheus")
    text = folder / "history.txt"
    text.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    import_blocks(require_tool("promtool"), text, folder / "data")
    with prometheus(require_tool("prometheus"), folder / "server", data=folder / "data") as made:
        yield made


@pytest.fixture(scope="module")
def budgets(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    root = tmp_path_factory.mktemp("project")
    (root / "specs").mkdir()
    (root / "mlmon.yaml").write_text(PROJECT, encoding="utf-8")
    (root / "specs" / "fraud.yaml").write_text(HEAD + RUNTIME + SLOS, encoding="utf-8")
    options = ["--prometheus", server.url, "--at", str(NOW), "--root", str(root), "--format", "json"]
    result = CliRunner().invoke(app, ["budget", *options], catch_exceptions=False, env={"no_proxy": "127.0.0.1"})
    assert result.exit_code == 0, result.output
    return {item["slo"]: item for item in json.loads(result.stdout)["budgets"]}


def truth(slo: str, start: int = NOW - 30 * DAY) -> tuple[int, int]:
    """Bad and good events that were written into a period."""
    pairs = [pair for end in range(start + 300, NOW + 1, 300) if (pair := WRITTEN[slo][2](end))]
    errors = sum(pair[0] for pair in pairs)
    return errors, sum(pair[1] for pair in pairs) - errors


@pytest.mark.parametrize("slo", ["availability", "gaps", "by-version"])
def test_every_event_is_counted_once(budgets: dict[str, Any], slo: str) -> None:
    assert (budgets[slo]["bad"], budgets[slo]["good"]) == truth(slo)


def test_a_calendar_month_counts_from_its_first_day(budgets: dict[str, Any]) -> None:
    assert (budgets["monthly"]["bad"], budgets["monthly"]["good"]) == truth("monthly", NOW - int(29.5 * DAY))


def test_what_is_left_follows(budgets: dict[str, Any]) -> None:
    errors, good = truth("availability")
    assert budgets["availability"]["left"] == pytest.approx(1 - errors / (0.001 * (errors + good)), abs=1e-11)


def test_the_incident_is_the_one_that_was_written(budgets: dict[str, Any]) -> None:
    (found,) = budgets["availability"]["incidents"]
    assert (found["bad"], found["events"]) == (12 * 600, 12 * 3000)
    assert (found["start"], found["end"]) == ("2026-03-21T12:00:00Z", "2026-03-21T13:00:00Z")


def test_gaps_are_not_filled(budgets: dict[str, Any]) -> None:
    assert budgets["gaps"]["coverage"] == pytest.approx((8640 - 288 - 1) / 8640, abs=1e-11)
    assert budgets["availability"]["coverage"] == 1


def test_groups_keep_their_labels(budgets: dict[str, Any]) -> None:
    assert budgets["by-version"]["group"] == {"model_version": "v1"}


def test_nothing_is_known_of_what_was_never_recorded(budgets: dict[str, Any]) -> None:
    assert budgets["silent"]["measured"] is False
