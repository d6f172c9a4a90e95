"""promtool's unit tests of rules, written by the tests themselves."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Check:
    """The value of an expression at a moment; None where it must have none."""

    expr: str
    at: str
    value: float | None

    def written(self) -> dict[str, Any]:
        samples = [] if self.value is None else [{"labels": "{}", "value": self.value}]
        return {"expr": f"sum({self.expr})", "eval_time": self.at, "exp_samples": samples}


@dataclass(frozen=True)
class Case:
    """Input series in promtool's notation, one value per `interval`, and what must follow from them."""

    series: dict[str, str]
    checks: list[Check]
    interval: str = "15s"

    def written(self) -> dict[str, Any]:
        inputs = [{"series": name, "values": values} for name, values in self.series.items()]
        tests = [check.written() for check in self.checks]
        return {"interval": self.interval, "input_series": inputs, "promql_expr_test": tests}


def failures(promtool: str, folder: Path, rules: list[dict[str, Any]], cases: list[Case], every: str = "30s") -> str:
    """What promtool says against the cases; empty when all hold."""
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "test", "rules": rules}]}, width=10_000))
    document = {"rule_files": ["rules.yaml"], "evaluation_interval": every, "tests": [case.written() for case in cases]}
    (folder / "test.yaml").write_text(yaml.safe_dump(document, width=10_000))
    command = [promtool, "test", "rules", "test.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr
