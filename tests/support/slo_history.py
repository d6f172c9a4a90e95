"""A Prometheus with days of made-up traffic, whose SLO series have been worked out by the backfill files."""

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mlmon.plan.model import Plan
from mlmon.targets.prometheus import render
from mlmon.targets.prometheus.backfill import backfill
from tests.support.compiled import PROJECT, plan_of
from tests.support.history import import_blocks
from tests.support.servers import Server, prometheus
from tests.support.traffic import Shape, Truth, write

Stops = dict[str, tuple[float, float]]
END = 1_759_968_000.0
"""A midnight (UTC)."""
LIVE = 7 * 3600.0
"""Seconds at the end of the data in which the rules have been evaluated by a running Prometheus."""


@dataclass(frozen=True)
class Tools:
    """The executables."""

    promtool: str
    prometheus: str


@dataclass(frozen=True)
class World:
    """A running Prometheus, the plan whose rules it holds, and what really happened."""

    server: Server
    plan: Plan
    truths: dict[str, Truth]
    start: float
    end: float

    def value(self, expr: str) -> float | None:
        """The only value of an expression at the end of the data; None when there is none."""
        found = self.server.series(expr, self.end)
        assert len(found) <= 1, f"{len(found)} series of {expr}"
        return float(found[0]["value"][1]) if found else None

    def derived(self, service: str) -> dict[str, float | None]:
        """The values of a service's derived rules, each with those it reads put in its place."""
        made, inlined = {}, {}
        for rule in _rules(render(self.plan)[f"prometheus/{service}.rules.yaml"]):
            if rule.get("record", "").startswith("slo:mlmon_"):
                expr = _inline(rule["expr"], inlined)
                if not re.search("increase30s|chunk5m|calendar", rule["record"]):
                    inlined[rule["record"]] = f"({expr})"
                    made[rule["record"]] = self.value(expr)
        return made


def _rules(text: str) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def _inline(expr: str, known: dict[str, str]) -> str:
    def put(match: re.Match[str]) -> str:
        return known.get(match[1], match[0])

    return re.sub(r"(slo:mlmon_\w+:\w+)\{[^}]*\}", put, expr)


def spec(shape: Shape, slos: str = "") -> str:
    """A service that exposes what a shape's pods do."""
    name = "latency, threshold: 500ms" if shape.slow else "availability"
    promise = f"  - {{objective: 99.9%, name: {name}}}"
    return f"""\
apiVersion: mlmon/v1
kind: Service
metadata: {{name: {shape.name}, team: ml, description: Made up.}}
runtimes:
  - preset: prometheus-client
    selector: {{job: {shape.name}}}
slos:
{slos or promise}
"""


def plan(folder: Path, specs: Iterable[str], scrape: str = "15s") -> Plan:
    """The plan of some services, scraped that often and judged every half minute."""
    settings = f"  prometheus: {{scrape_interval: {scrape}, evaluation_interval: 30s}}\n"
    return plan_of(folder, *specs, project=f"{PROJECT}{settings}")


@contextmanager
def world(
    folder: Path,
    tools: Tools,
    shapes: list[Shape],
    length: float,
    stopped: Stops | None = None,
    load: Callable[[str, Path, Path], None] = import_blocks,
    slos: str = "",
    until: float = END,
) -> Iterator[World]:
    """Make up the traffic, work out the SLO series as docs/slo.md says, and leave Prometheus running.

    The shapes are scraped at one interval. `stopped` says between which seconds a service's rules were not evaluated;
    `load` makes blocks of OpenMetrics text. Every service has these `slos` (YAML), and the data end at `until`.
    """
    specs = [spec(shape, slos) for shape in shapes]
    made, data, start = plan(folder, specs, f"{shapes[0].scrape:.0f}s"), folder / "data", until - length
    truths = write(shapes, folder / "raw.txt", start, length)
    load(tools.promtool, folder / "raw.txt", data)
    passes = _written(folder, backfill(made))
    counts = passes.pop("1-counts")
    with prometheus(tools.prometheus, folder / "counts", data=data) as server:
        for rule in counts:
            begin, end = (stopped or {}).get(Path(rule).name.split("-")[0], (length, length))
            for first, last in sorted({(0.0, begin), (end, length)} - {(length, length)}):
                work_out(tools.promtool, server, folder, [rule], start + first, start + last)
    # Once more for the end, as the running Prometheus would: errors are 0 where events are recorded already.
    with prometheus(tools.prometheus, folder / "live", data=data) as server:
        work_out(tools.promtool, server, folder, counts, until - LIVE, until)
    for step, rules in passes.items():
        with prometheus(tools.prometheus, folder / step, data=data) as server:
            work_out(tools.promtool, server, folder, rules, start, until)
    with prometheus(tools.prometheus, folder / "served", data=data) as server:
        yield World(server, made, truths, start, until)


def _written(folder: Path, files: dict[str, str]) -> dict[str, list[str]]:
    """Write the backfill files; return them by their pass, in order."""
    passes: dict[str, list[str]] = {}
    for path, text in sorted(files.items()):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        passes.setdefault(target.parent.name, []).append(path)
    return passes


def work_out(promtool: str, server: Server, folder: Path, rules: list[str], start: float, end: float) -> None:
    """Run promtool's backfill. Raises AssertionError with its words when it fails.

    The paths are relative, since the moments of evaluation follow from their hash: promtool leaves out one that falls
    into the last second of a block.
    """
    span = [f"--start={start:.0f}", f"--end={end:.0f}", f"--url={server.url}", "--output-dir=data", "--quiet"]
    command = [promtool, "tsdb", "create-blocks-from", "rules", "--max-block-duration=54h", *span, *rules]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "importer error" not in done.stderr, done.stderr
