"""What the rules say about PromQL is what Prometheus does: their examples are evaluated by promtool."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

SERIES = {
    'burn{job="a",window="5m"}': 20,
    'burn{job="a",window="1h"}': 20,
    'app_a{job="a",pod="p",zone="x"}': 9,
    'app_b{job="a",pod="p",zone="x"}': 9,
    'app_c{job="a",pod="p",zone="x"}': 1,
    'up{job="a",pod="p"}': 1,
    'up{job="b",pod="q"}': 0,
    'seconds_bucket{job="a",le="1"}': 5,
    'seconds_bucket{job="a",le="+Inf"}': 5,
    'requests_total{status="error"}': 1,
    'requests_total{status="ok"}': 999999,
}

EMPTY = [
    'burn{window="5m"} > 14 and burn{window="1h"} > 14',
    'burn{window="5m"} / burn{window="1h"}',
    "sum by (job) (app_a) > 0 and sum by (pod) (app_b) > 0",
    'app_a{job="a"} > sum by (zone) (app_c)',
    'app_a{zone="x"} > 0 and sum by (job) (app_b) > 0',
    "histogram_quantile(0.99, sum by (job) (seconds_bucket))",
    "histogram_quantile(0.99, sum without (le) (seconds_bucket))",
    'count(up{job="a"} == 0) < 2',
    'absent(up{job=~"a|gone"})',
    "absent(up)",
]
"""Silent, as the rules say, although something is wrong or all is as it should be for the alert to fire."""

FULL = [
    ('burn{window="5m"} > 14 and ignoring (window) burn{window="1h"} > 14', 20),
    ("sum by (job) (app_a) > 0 and on (job) sum by (pod, job) (app_b) > 0", 9),
    ("histogram_quantile(0.99, sum by (job, le) (seconds_bucket))", 0.99),
    ('(count(up{job="a"} == 0) or vector(0)) < 2', 0),
    ('absent(up{job="gone"}) or absent(up{job="a"})', 1),
    ('absent(up{job="a"} == 0)', 1),
    ('requests_total{status="error"} / requests_total', 1),
    ("app_a > bool 100", 0),
    ('up unless up{job="a"} > sum by (region) (app_c)', None),
]
"""Fires, as the rules say: the remedies, and what always fires."""


def test_promtool_agrees(tmp_path: Path, require_tool: Callable[[str], str]) -> None:
    rules = [{"alert": f"A{number}", "expr": text} for number, text in enumerate([*EMPTY, *(text for text, _ in FULL)])]
    fires = [{"eval_time": "1m", "alertname": rule["alert"], "exp_alerts": []} for rule in rules[: len(EMPTY)]]
    test = {
        "rule_files": ["rules.json"],
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": f"{value}x5"} for name, value in SERIES.items()],
                "alert_rule_test": fires,
                "promql_expr_test": [
                    {
                        "expr": f"count({text}) > bool 0",
                        "eval_time": "1m",
                        "exp_samples": [{"labels": "{}", "value": 1}],
                    }
                    for text, _ in FULL
                ]
                + [
                    {"expr": f"max({text})", "eval_time": "1m", "exp_samples": [{"labels": "{}", "value": value}]}
                    for text, value in FULL
                    if value is not None
                ],
            }
        ],
    }
    (tmp_path / "rules.json").write_text(json.dumps({"groups": [{"name": "claims", "rules": rules}]}), encoding="utf-8")
    (tmp_path / "claims.json").write_text(json.dumps(test), encoding="utf-8")
    run = subprocess.run(
        [require_tool("promtool"), "test", "rules", "claims.json"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
