"""Prints what the SLO rules of mlmon and of its peers cost in a real Prometheus, and how right their budgets are.

Cost: one service with --pods pods (two counters each), scraped every 30 s for --days days; every rule is asked
--rounds times at the end of the data, and the best time counts, as Prometheus gives it. Accuracy: the shapes of
tests/support/slo_shapes.py, three days each. The executables are those on PATH, or --prometheus and --promtool.
"""

import argparse
import math
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import yaml

from benchmarks.peers import pyrra, sloth
from mlmon.targets.prometheus import render
from mlmon.units import Duration
from tests.support.history import import_blocks
from tests.support.servers import Server, prometheus
from tests.support.slo_history import END, Tools, World, work_out, world
from tests.support.slo_shapes import LENGTH, SHAPES
from tests.support.traffic import DAY, Shape, daily, steady

OBJECTIVE = 0.999
GLOBAL_INTERVAL = 30.0
"""Seconds between evaluations of a group that does not say; sloth's do not."""
BLOCK, RECENT_BLOCK, RECENT = 54 * 3600, 2 * 3600, 6 * 3600
"""Seconds of old blocks, of new ones, and how far back those go."""
WITHOUT_PEERS = {"slow", "restart", "original", "replica"}
"""A latency SLO, and shapes about mlmon's own evaluations."""


@dataclass
class Cost:
    """What one rule costs per second of wall clock."""

    expr: str
    interval: float
    times: list[float] = field(default_factory=list)
    samples: int = 0

    @property
    def milliseconds(self) -> float:
        return min(self.times) * 1000 / self.interval


def selectors(service: str) -> tuple[str, str]:
    every = f'ml_inference_requests_total{{job="{service}"'
    return f'{every},status="error"}}', f"{every}}}"


def groups_of(made: World, service: str) -> dict[str, list[dict[str, Any]]]:
    """The rule groups of each tool for one service's availability."""
    own = yaml.safe_load(render(made.plan)[f"prometheus/{service}.rules.yaml"])["groups"]
    burn = [rule for group in own for rule in group["rules"] if rule.get("alert", "").startswith("ErrorBudget")]
    recorded = [group for group in own if "-slo-" in group["name"]]
    return {
        "mlmon": [*recorded, {"name": "alerts", "interval": "30s", "rules": burn}],
        "sloth": sloth.groups(service, *selectors(service), OBJECTIVE),
        "pyrra": pyrra.groups(service, *selectors(service), OBJECTIVE),
    }


def work_out_sloth(made: World, tools: Tools, folder: Path, services: list[str]) -> None:
    """Record sloth's five-minute ratio for the whole time, of which it makes its period's."""
    files = []
    for service in services:
        (first, *_) = sloth.groups(service, *selectors(service), OBJECTIVE)
        short = [rule for rule in first["rules"] if rule["record"] == "slo:sli_error:ratio_rate5m"]
        path = f"sloth-{service}.yaml"
        group = {"name": first["name"], "interval": "30s", "rules": short}
        (folder / path).write_text(yaml.safe_dump({"groups": [group]}), encoding="utf-8")
        files.append(path)
    work_out(tools.promtool, made.server, folder, files, made.start, made.end)


def placeholders(groups: list[dict[str, Any]], known: re.Pattern[str]) -> Iterator[str]:
    """Samples of what rules record and read but nobody has worked out, so that reading it costs what it would."""
    for rule in (rule for group in groups for rule in group["rules"]):
        if "record" in rule and not known.search(rule["record"]):
            labels = ",".join(f'{name}="{value}"' for name, value in rule.get("labels", {}).items())
            for moment in range(int(END) - 300, int(END) + 1, 30):
                yield f"{rule['record']}{{{labels}}} 0.0001 {moment}\n"


def load_as_prometheus_would(promtool: str, text: Path, data: Path) -> None:
    """Make blocks as Prometheus has them after a month: small ones of the last hours, then of two days and a quarter.

    A block of the whole month would make every short range dear, since each series has hundreds of chunks in it.
    """
    files: dict[int, TextIO] = {}
    with ExitStack() as stack, text.open(encoding="utf-8") as lines:
        for line in lines:
            if line[0] == "#":
                continue
            moment = float(line.rpartition(" ")[2])
            span = RECENT_BLOCK if moment > END - RECENT else BLOCK
            begin = int(moment // span * span)
            if begin not in files:
                files[begin] = stack.enter_context((text.parent / f"{begin}.txt").open("w", encoding="utf-8"))
            files[begin].write(line)
        for file in files.values():
            file.write("# EOF\n")
    text.unlink()
    for file in files.values():
        import_blocks(promtool, Path(file.name), data)
        Path(file.name).unlink()


def cost(tools: Tools, folder: Path, pods: int, days: float, rounds: int) -> None:
    shape = Shape(name="fraud", rate=daily(2.0 * pods), failing=steady(0.0005), pods=pods, scrape=30)
    with world(folder, tools, [shape], days * DAY, load=load_as_prometheus_would) as made:
        groups = groups_of(made, "fraud")
        work_out_sloth(made, tools, folder, ["fraud"])
    known = re.compile("increase30s|chunk5m|ratio_rate5m$")
    every = [group for found in groups.values() for group in found]
    (folder / "rest.txt").write_text("".join([*placeholders(every, known), "# EOF\n"]), encoding="utf-8")
    import_blocks(tools.promtool, folder / "rest.txt", folder / "data")
    with prometheus(tools.prometheus, folder / "asked", data=folder / "data") as server:
        found = {name: asked(server, found, rounds) for name, found in groups.items()}
        series = server.series(f"count({selectors('fraud')[1]})", END - 60)[0]["value"][1]
    print(f"\nCost of one SLO: {series} series, scraped every 30 s for {days:g} days; best of {rounds} rounds\n")
    print(f"{'':7} {'rules':>5} {'ms per second':>14} {'of mlmon':>9} {'samples per second':>19} {'of mlmon':>9}")
    own = totals(found["mlmon"])
    for name, costs in found.items():
        spent, samples = totals(costs)
        ratios = f"{spent / own[0]:8.1f}x", f"{samples / own[1]:8.1f}x"
        print(f"{name:7} {len(costs):5} {spent:14.3f} {ratios[0]} {samples:19.0f} {ratios[1]}")


def totals(costs: list[Cost]) -> tuple[float, float]:
    return sum(one.milliseconds for one in costs), sum(one.samples / one.interval for one in costs)


def asked(server: Server, groups: list[dict[str, Any]], rounds: int) -> list[Cost]:
    costs = [Cost(rule["expr"], seconds(group)) for group in groups for rule in group["rules"]]
    for _ in range(rounds):
        for one in costs:
            stats = server.get("query", query=one.expr, time=str(END), stats="all")["stats"]
            one.times.append(stats["timings"]["execTotalTime"])
            one.samples = stats["samples"]["totalQueryableSamples"]
    return costs


def seconds(group: dict[str, Any]) -> float:
    return float(Duration.of(group["interval"]).seconds) if "interval" in group else GLOBAL_INTERVAL


def accuracy(tools: Tools, folder: Path) -> None:
    shapes = [shape for shape in SHAPES if shape.name not in WITHOUT_PEERS]
    with world(folder, tools, shapes, LENGTH) as made:
        work_out_sloth(made, tools, folder, [shape.name for shape in shapes])
        own = {shape.name: made.derived(shape.name) for shape in shapes}
    print("\nError of the period's error ratio against everything that happened\n")
    print(f"{'':12} {'truth':>9} {'budget left':>12} {'mlmon':>9} {'sloth':>9} {'pyrra':>9}")
    worst = {"mlmon": 0.0, "sloth": 0.0, "pyrra": 0.0}
    with prometheus(tools.prometheus, folder / "asked", data=folder / "data") as server:
        for shape in shapes:
            # What the last chunk holds: the rules of the long windows are evaluated every five minutes.
            events, errors = made.truths[shape.name].within(0, END)
            truth = errors / events
            values = {
                "mlmon": own[shape.name]["slo:mlmon_error_ratio:increase30d"],
                "sloth": only(server, period_of_sloth(shape.name)),
                "pyrra": only(server, period_of_pyrra(shape.name)),
            }
            for name, value in values.items():
                worst[name] = max(worst[name], off(value, truth) or 0.0)
            shown = " ".join(f"{written(value, truth):>9}" for value in values.values())
            print(f"{shape.name:12} {truth:9.4%} {1 - truth / (1 - OBJECTIVE):12.1%} {shown}")
    print(f"{'worst':12} {'':9} {'':12} " + " ".join(f"{value:9.2%}" for value in worst.values()))


def off(value: float | None, truth: float) -> float | None:
    return abs(value / truth - 1) if value is not None and not math.isnan(value) and truth else None


def written(value: float | None, truth: float) -> str:
    if value is None:
        return "none"
    if math.isnan(value):
        return "NaN"
    return f"{value / truth - 1:+.2%}" if truth else f"{value:.2%}"


def only(server: Server, expr: str) -> float | None:
    found = server.series(expr, END)
    return float(found[0]["value"][1]) if found else None


def period_of_sloth(service: str) -> str:
    return next(
        rule["expr"]
        for group in sloth.groups(service, *selectors(service), OBJECTIVE)
        for rule in group["rules"]
        if rule.get("record") == "slo:sli_error:ratio_rate30d"
    )


def period_of_pyrra(service: str) -> str:
    """The share of its increases, which it has by status, that are errors."""
    counted = pyrra.groups(service, *selectors(service), OBJECTIVE)[0]["rules"][0]["expr"]
    failed = counted.replace("}[", ',status="error"}[')
    return f"(sum({failed}) or vector(0)) / sum({counted})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods", type=int, default=52)
    parser.add_argument("--days", type=Decimal, default=Decimal(30))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--prometheus", default=shutil.which("prometheus"))
    parser.add_argument("--promtool", default=shutil.which("promtool"))
    parser.add_argument("--only", choices=["cost", "accuracy"])
    options = parser.parse_args()
    begin, tools = time.monotonic(), Tools(options.promtool, options.prometheus)
    if not options.prometheus or not options.promtool:
        parser.exit(2, "prometheus and promtool are needed: run `make tools`\n")
    print(f"peers: {sloth.VERSION}, {pyrra.VERSION}")
    with tempfile.TemporaryDirectory() as folder:
        if options.only != "accuracy":
            cost(tools, Path(folder), options.pods, float(options.days), options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        if options.only != "cost":
            accuracy(tools, Path(folder))
    print(f"\n{time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
