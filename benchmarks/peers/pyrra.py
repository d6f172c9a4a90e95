"""The rules that pyrra v0.10.0 documents for an availability objective of 30 days, written anew from its description.

Sources: https://github.com/pyrra-dev/pyrra/tree/v0.10.0 (slo/rules.go, slo/rules_test.go, docs/performance-mode.md).
Those of v0.9.5 are the same. Its windows are those of 28 days scaled to the period and rounded to minutes; its factors
are 14, 7, 2 and 1. Its performance mode, which has to be switched on, is not compared.
"""

from typing import Any

from benchmarks.peers.arithmetic import Arithmetic, Pair

VERSION = "pyrra v0.10.0"
M, H, D = 60, 3600, 86400
TIERS = (
    ("critical", "5m", "1h4m", 14, "2m"),
    ("critical", "32m", "6h26m", 7, "16m"),
    ("warning", "2h9m", "1d1h43m", 2, "1h4m"),
    ("warning", "6h26m", "4d6h51m", 1, "3h13m"),
)
ARITHMETIC = Arithmetic(
    "pyrra",
    (
        Pair("page", 5 * M, 64 * M, 14, hold=2 * M),
        Pair("page", 32 * M, 386 * M, 7, hold=16 * M),
        Pair("ticket", 129 * M, D + 103 * M, 2, hold=64 * M),
        Pair("ticket", 386 * M, 4 * D + 411 * M, 1, hold=193 * M),
    ),
)
WINDOWS = ("5m", "32m", "1h4m", "2h9m", "6h26m", "1d1h43m", "4d6h51m")


def groups(service: str, bad: str, every: str, objective: float) -> list[dict[str, Any]]:
    """Return its two rule groups; `bad` and `every` are the selectors of failed and of all requests."""
    metric, labels = every.partition("{")[0], {"slo": f"{service}-availability"}
    base = metric.removesuffix("_total")
    absent = {"expr": f"absent({every}) == 1", "for": "3m", "labels": {**labels, "severity": "critical"}}
    period = f"sum by (status) (increase({every}[30d]))"
    increase = [
        {"record": f"{base}:increase30d", "expr": period, "labels": labels},
        {"alert": "SLOMetricAbsent", **absent},
    ]
    burn = [
        {
            "record": f"{base}:burnrate{window}",
            "expr": f"sum(rate({bad}[{window}]))\n/\nsum(rate({every}[{window}]))",
            "labels": labels,
        }
        for window in WINDOWS
    ]
    return [
        {"name": f"{service}-availability-increase", "interval": "2m30s", "rules": increase},
        {"name": f"{service}-availability", "interval": "30s", "rules": [*burn, *_alerts(base, labels, objective)]},
    ]


def _alerts(base: str, labels: dict[str, str], objective: float) -> list[dict[str, Any]]:
    rules = []
    for severity, short, long, factor, hold in TIERS:
        limit = f"({factor} * (1-{objective}))"
        sides = [f'{base}:burnrate{window}{{slo="{labels["slo"]}"}} > {limit}' for window in (short, long)]
        own = {"severity": severity, "short": short, "long": long}
        rules.append(
            {"alert": "ErrorBudgetBurn", "expr": " and ".join(sides), "for": hold, "labels": {**labels, **own}}
        )
    return rules
