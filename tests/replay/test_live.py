"""Replays over what a Prometheus has stored: exact between coarse looks, honest about what is missing."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from mlmon.cli import app
from mlmon.diagnostics import one_of
from mlmon.plan.conditions import Compare
from mlmon.plan.model import Alert, ServicePlan
from mlmon.remote.client import Answer, Client
from mlmon.replay.executable import checked
from mlmon.replay.incident import chosen
from mlmon.replay.live import Asked, Past, changes, proposed
from mlmon.replay.model import Result
from mlmon.replay.rules import Judged
from mlmon.replay.runs import concerned
from mlmon.replay.server import Series, prometheus
from mlmon.replay.simulate import replay
from mlmon.replay.states import firing
from mlmon.replay.trouble import ReplayError
from mlmon.units import Duration
from tests.support.fleet import ROOT, fleet


def service(name: str) -> ServicePlan:
    return next(item for item in fleet().services if item.name == name)


@dataclass(frozen=True)
class Stored:
    """An incident as it was simulated, and as it is found again by queries."""

    simulated: Result
    found: Result
    lenient: Result


@pytest.fixture(scope="module")
def stored(require_tool: Callable[[str], str]) -> Stored:
    plan, of = fleet(), service("recommender")
    with prometheus(checked(Path(require_tool("prometheus"))), 120) as server:
        simulated = replay(server, plan, of, chosen("error-burst"))
        client = Asked(Client(f"http://127.0.0.1:{server.port}", timeout=30))
        past = Past(plan, of, client, int(simulated.start), int(simulated.end))
        other = proposed(of, changes(["error_ratio.page=50%", "error_ratio.ticket=off"]))
        assert other is not None
        return Stored(simulated, past.result(of), past.result(other))


def test_queries_find_what_the_simulation_found(stored: Stored) -> None:
    assert [(item.labels, item.spans) for item in stored.found.fired] == [
        (item.labels, item.spans) for item in stored.simulated.fired
    ]
    assert stored.found.messages == stored.simulated.messages


def test_other_thresholds_are_replayed(stored: Stored) -> None:
    assert [message.alert for message in stored.found.pages] == ["HighErrorRatio"]
    assert stored.lenient.messages == ()


def test_what_fired_is_drawn(stored: Stored) -> None:
    curve = next(item for item in stored.found.curves if item.title == "The share of errors in requests")
    assert {item.alert.name for item in curve.fired} == {"HighErrorRatio"}
    assert max(value for _, points in curve.lines for _, value in points) > 0.1


@dataclass(frozen=True)
class Truth:
    """Answers as a Prometheus would in which a condition held during some evaluations."""

    held: frozenset[int]

    def range(self, expression: str, start: float, end: float, step: float) -> Series:
        del expression
        moments = [at for at in range(int(start), int(end) + 1, int(step)) if at in self.held]
        return [({}, [(float(at), 1.0) for at in moments])] if moments else []


def error_alert() -> Alert:
    return next(item for item in service("recommender").alerts if item.name == "HighErrorRatio")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 700), st.integers(1, 60)), max_size=6),
    st.sampled_from([30, 60, 300, 900]),
    st.sampled_from([None, 120]),
)
def test_coarse_looks_miss_nothing(stretches: list[tuple[int, int]], hold: int, keep: int | None) -> None:
    start, end = 1_700_000_100, 1_700_000_100 + 800 * 30
    held = frozenset(start + 30 * at for first, length in stretches for at in range(first, first + length) if at <= 800)
    keep_for = None if keep is None else Duration(Decimal(keep))
    alert = replace(error_alert(), for_=Duration(Decimal(hold)), keep_firing_for=keep_for)
    past = Past(fleet(), service("recommender"), Truth(held), start, end)  # type: ignore[arg-type]
    item = Judged(alert, "x", frozenset(), ())
    fired, _ = past._fired(item)
    expected = firing(sorted(held), [float(at) for at in range(start, end + 1, 30)], hold, keep or 0)
    assert [span for one in fired for span in one.spans] == expected


def test_missing_recordings_are_worked_out_or_named() -> None:
    @dataclass(frozen=True)
    class Empty:
        asked: list[str]

        def range(self, expression: str, start: float, end: float, step: float) -> Series:
            self.asked.append(expression)
            return []

    store = Empty([])
    result = Past(fleet(), service("recommender"), store, 0, 86400).result(service("recommender"))  # type: ignore[arg-type]
    assert "TrafficLow" in result.notes[0]
    assert result.notes[0].startswith("not judged, because what they look back on is not recorded in this Prometheus: ")
    judged = [text.partition("> 0.05")[0] for text in store.asked if "> 0.05" in text]
    assert any("nv_inference_request_failure" in text for text in judged)


@dataclass(frozen=True)
class Since:
    """Answers as a Prometheus would that has kept samples since a moment."""

    first: int
    client: Client = field(default_factory=lambda: Client("http://x"))

    def range(self, expression: str, start: float, end: float, step: float) -> Series:
        del expression
        return [({}, [(float(at), 1.0) for at in range(int(start), int(end) + 1, int(step)) if at >= self.first])]


def test_what_lies_before_the_retention_is_not_replayed() -> None:
    past = Past.of(fleet(), service("recommender"), Since(43_215), 0, 86_400)  # type: ignore[arg-type]
    assert (past.start, past.is_cut) == (43_200, True)
    assert not Past.of(fleet(), service("recommender"), Since(0), 0, 86_400).is_cut  # type: ignore[arg-type]


def test_empty_prometheus() -> None:
    with pytest.raises(ReplayError, match=r"http://x has stored nothing \(no `up`\) in this time"):
        Past.of(fleet(), service("recommender"), Since(10**9), 0, 86_400)  # type: ignore[arg-type]


def test_thresholds_are_read_in_their_unit() -> None:
    other = proposed(service("fraud-detector"), changes(["latency_p99.page=800ms"]))
    assert other is not None
    limits = [
        alert.condition.threshold
        for alert in other.alerts
        if alert.threshold_key == "latency_p99" and alert.severity == "page" and isinstance(alert.condition, Compare)
    ]
    assert set(limits) == {Decimal("0.8")}


@pytest.mark.parametrize("text", ["latency_p99.page", "latency_p99=1s", ".page=1s", "latency_p99.page="])
def test_threshold_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ReplayError, match="cannot be read"):
        changes([text])


def test_threshold_of_another_unit() -> None:
    with pytest.raises(ReplayError) as caught:
        proposed(service("fraud-detector"), changes(["latency_p99.page=800"]))
    assert caught.value.message == '--threshold latency_p99: "800" is not a duration'


def test_long_times_take_several_requests() -> None:
    asked: list[tuple[int, int]] = []

    class Counting(Client):
        def range(self, expression: str, start: int, end: int, step: int) -> Answer:
            asked.append((start, end))
            return Answer((({}, [(float(start), "1")]),))

    found = Asked(Counting("http://x")).range("up", 0, 30 * 86400, 30)
    assert [end - start for start, end in asked[:-1]] == [9_999 * 30] * 8
    assert [right[0] - left[1] for left, right in pairwise(asked)] == [30] * 8
    assert len(found[0][1]) == len(asked)


def command(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["replay", "-C", str(ROOT), *arguments])
    return done.exit_code, done.stderr


@pytest.fixture
def slow() -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(1)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_slow_server(slow: str) -> None:
    code, said = command("--prometheus", slow, "--timeout", "0.2", "--service", "recommender")
    assert code == 2
    assert said == (
        f"mlmon: {slow} did not answer within 0.2 s; "
        "ask for less with --service or a shorter --since, or raise --timeout\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "mlmon: a replay needs something to replay; give --incident NAME or --prometheus URL\n"),
        (
            ("--prometheus", "http://127.0.0.1:1"),
            "mlmon: http://127.0.0.1:1 cannot be reached: connection refused; "
            "check the address, the network and the proxy\n",
        ),
        (
            ("--prometheus", "http://me:secret@x"),
            "mlmon: --prometheus holds credentials; put `Authorization: Basic ...` into a --header-file\n",
        ),
        (
            ("--prometheus", "http://x", "--since", "yesterday"),
            'mlmon: "yesterday" is not a duration; write a number and a unit: 500ms, 30s, 5m, 6h, 7d or 2w\n',
        ),
        (
            ("--prometheus", "http://x", "--since", "1m"),
            "mlmon: --since 1m is shorter than ten evaluations; look back 300s or more\n",
        ),
        (
            ("--incident", "error-burst", "--threshold", "a.page=1"),
            "mlmon: --threshold compares over the past; add --prometheus URL in place of --incident\n",
        ),
        (
            ("--prometheus", "http://x", "--threshold", "latency_p9.page=1s"),
            'mlmon: no alert has the threshold "latency_p9.page"; did you mean "latency_p99.page"?\n',
        ),
        (("--incident", "eror-burst"), 'mlmon: there is no incident "eror-burst"; did you mean "error-burst"?\n'),
        (
            ("--incident", "error-burst", "--service", "recomender"),
            'mlmon: there is no service "recomender"; did you mean "recommender"?\n',
        ),
        (
            ("--incident", "failed-job", "--service", "nobody"),
            f'mlmon: there is no service "nobody"; there is {one_of([item.name for item in fleet().services])}\n',
        ),
        (("--incident", "none.yaml"), "mlmon: none.yaml cannot be read: no such file or directory; check the path\n"),
    ],
)
def test_what_cannot_be_replayed(arguments: tuple[str, ...], said: str) -> None:
    assert command(*arguments) == (2, said)


def test_incident_that_happens_to_no_service() -> None:
    with pytest.raises(ReplayError, match="no service is of a kind that failed-job happens to"):
        concerned([service("fraud-detector")], chosen("failed-job"))


def test_incident_file_with_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("apiVersion: mlmon/v1\nkind: Incident\nat: noon\n", encoding="utf-8")
    code, said = command("--incident", str(path))
    assert code == 2
    assert "mine.yaml:3:5" in said
    assert "Traceback" not in said
