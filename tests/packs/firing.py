"""Proof by promtool that an alert of a pack fires when it should and stays silent when it should."""

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from mlmon.plan.model import Plan
from mlmon.targets.prometheus import render
from tests.support.compiled import HEAD, plan_of

REPEATED = re.compile(r"\(([^)]*)\)x(\d+)")
CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One alert and severity: situations by name, each with its series and when the alert is silent or fires."""

    pack: str
    spec: str
    alert: str
    severity: str
    interval: str
    situations: dict[str, dict[str, Any]]

    def __str__(self) -> str:
        return f"{self.pack}-{self.alert}-{self.severity}"

    @property
    def outcomes(self) -> set[str]:
        """Which of `silent` and `firing` any situation shows."""
        return {key for situation in self.situations.values() for key in ("silent", "firing") if key in situation}

    def expression(self) -> str:
        labels = f'alertname="{self.alert}",severity="{self.severity}",alertstate="firing"'
        return f"count(ALERTS{{{labels}}})"


def cases(pack: str) -> list[Case]:
    """Read `cases/<pack>.yaml`."""
    text = (CASES / f"{pack}.yaml").read_text(encoding="utf-8")
    spec = HEAD + yaml.safe_dump(yaml.safe_load(text)["service"], sort_keys=False)
    # YAML 1.1 would read the series `0x20`, twenty more zeros, as the number 32.
    entries = yaml.load(text, Loader=yaml.BaseLoader)["cases"]  # noqa: S506
    return [
        Case(pack, spec, entry["alert"], entry["severity"], entry.get("interval", "1m"), entry["situations"])
        for entry in entries
    ]


def run(promtool: str, case: Case, folder: Path) -> str:
    """Return what promtool says about a case; empty when everything is as expected."""
    (folder / "rules.yaml").write_text(yaml.safe_dump(_rules(case)), encoding="utf-8")
    file = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": case.interval,
        "group_eval_order": ["recordings", "alerts"],  # which promtool otherwise draws by lot
        "tests": [_test(case, name, situation) for name, situation in case.situations.items()],
    }
    (folder / "test.yaml").write_text(yaml.safe_dump(file), encoding="utf-8")
    command = [promtool, "test", "rules", "test.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@cache
def _plan(spec: str) -> Plan:
    with TemporaryDirectory() as folder:
        return plan_of(Path(folder), spec)


def _rules(case: Case) -> dict[str, Any]:
    """The one alert and the recordings it reads: promtool evaluates every rule of a file at every step."""
    [text] = render(_plan(case.spec)).values()
    groups = yaml.safe_load(text)["groups"]
    alerts = [rule for group in groups for rule in group["rules"] if _is(rule, case)]
    assert alerts, "the service has no such alert"
    read = " ".join(rule["expr"] for rule in alerts)
    records = [rule for group in groups for rule in group["rules"] if "record" in rule and rule["record"] in read]
    found = {"recordings": records, "alerts": alerts}
    return {"groups": [{"name": name, "rules": rules} for name, rules in found.items()]}


def _is(rule: dict[str, Any], case: Case) -> bool:
    return rule.get("alert") == case.alert and rule["labels"]["severity"] == case.severity


def _test(case: Case, name: str, situation: dict[str, Any]) -> dict[str, Any]:
    firing = situation.get("firing", [])
    counts = dict.fromkeys(firing, 1) if isinstance(firing, list) else {at: int(count) for at, count in firing.items()}
    expected = dict.fromkeys(situation.get("silent", []), 0) | counts
    checks = [
        {
            "expr": case.expression(),
            "eval_time": time,
            "exp_samples": [{"labels": "{}", "value": count}] if count else [],
        }
        for time, count in expected.items()
    ]
    series = [{"series": key, "values": _written_out(values)} for key, values in situation.get("series", {}).items()]
    return {"name": name, "interval": case.interval, "input_series": series, "promql_expr_test": checks}


def _written_out(values: str) -> str:
    """Repeat groups: `(0.9 _x5)x2` becomes `0.9 _x5 0.9 _x5`, which promtool has no notation for."""
    return REPEATED.sub(lambda found: " ".join([found[1]] * int(found[2])), values)
