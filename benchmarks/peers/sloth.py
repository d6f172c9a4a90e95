"""The rules that sloth v0.16.0 documents for an availability SLO of 30 days, written anew from its description.

Sources: https://github.com/slok/sloth (internal/plugin/slo/core/{sli,metadata,alert}_rules_v1,
internal/alert/windows/google-30d.yaml, examples/_gen/getting-started.yml) and https://sloth.dev.
"""

from typing import Any

from benchmarks.peers.arithmetic import Arithmetic, Pair

VERSION = "sloth v0.16.0"
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
M, H, D = 60, 3600, 86400
ARITHMETIC = Arithmetic(
    "sloth",
    (
        Pair("page", 5 * M, H, 14.4),
        Pair("page", 30 * M, 6 * H, 6),
        Pair("ticket", 2 * H, D, 3),
        Pair("ticket", 6 * H, 3 * D, 1),
    ),
)


def groups(service: str, bad: str, every: str, objective: float) -> list[dict[str, Any]]:
    """Return its three rule groups; `bad` and `every` are the selectors of failed and of all requests."""
    labels = {"sloth_id": f"{service}-availability", "sloth_service": service, "sloth_slo": "availability"}
    at = ", ".join(f'{name}="{value}"' for name, value in labels.items())
    budget = 1 - objective
    ratios = [_ratio(window, bad, every, labels) for window in WINDOWS]
    short = f"slo:sli_error:ratio_rate5m{{{at}}}"
    period = {
        "record": "slo:sli_error:ratio_rate30d",
        "expr": f"sum_over_time({short}[30d]) / ignoring (sloth_window) count_over_time({short}[30d])",
        "labels": {**labels, "sloth_window": "30d"},
    }
    return [
        {"name": f"sloth-slo-sli-recordings-{service}", "rules": [*ratios, period]},
        {"name": f"sloth-slo-meta-recordings-{service}", "rules": _meta(at, labels, objective, budget)},
        {"name": f"sloth-slo-alerts-{service}", "rules": _alerts(at, budget)},
    ]


def _ratio(window: str, bad: str, every: str, labels: dict[str, str]) -> dict[str, Any]:
    expr = f"(sum(rate({bad}[{window}])))\n/\n(sum(rate({every}[{window}])))"
    return {"record": f"slo:sli_error:ratio_rate{window}", "expr": expr, "labels": {**labels, "sloth_window": window}}


def _meta(at: str, labels: dict[str, str], objective: float, budget: float) -> list[dict[str, Any]]:
    joined = f"/ on(sloth_id, sloth_slo, sloth_service) group_left slo:error_budget:ratio{{{at}}}"
    rules = {
        "slo:objective:ratio": f"vector({objective})",
        "slo:error_budget:ratio": f"vector({budget:.6g})",
        "slo:time_period:days": "vector(30)",
        "slo:current_burn_rate:ratio": f"slo:sli_error:ratio_rate5m{{{at}}} {joined}",
        "slo:period_burn_rate:ratio": f"slo:sli_error:ratio_rate30d{{{at}}} {joined}",
        "slo:period_error_budget_remaining:ratio": f"1 - slo:period_burn_rate:ratio{{{at}}}",
        "sloth_slo_info": "vector(1)",
    }
    return [{"record": record, "expr": expr, "labels": labels} for record, expr in rules.items()]


def _alerts(at: str, budget: float) -> list[dict[str, Any]]:
    def both(short: str, long: str, factor: float) -> str:
        limit = f"({factor} * {budget:.6g})"
        sides = [f"max(slo:sli_error:ratio_rate{w}{{{at}}} > {limit}) without (sloth_window)" for w in (short, long)]
        return f"({sides[0]} and {sides[1]})"

    pairs = {
        "page": [both("5m", "1h", 14.4), both("30m", "6h", 6)],
        "ticket": [both("2h", "1d", 3), both("6h", "3d", 1)],
    }
    return [
        {"alert": "HighErrorRate", "expr": "\nor\n".join(sides), "labels": {"sloth_severity": severity}}
        for severity, sides in pairs.items()
    ]
