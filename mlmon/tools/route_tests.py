"""`amtool config routes test` for what the routing has to do (tests/alertmanager/routes.yaml).

amtool takes one set of labels a call, so that alerts whose labels no route tells apart are asked about once.
Read against Alertmanager 0.25 and 0.34: cli/test_routing.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlmon.diagnostics import Finding
from mlmon.tools.process import run
from mlmon.tools.trouble import trouble
from mlmon.yamlread import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlmon.tools.executables import Tool
    from mlmon.tools.staged import Staged

RULE = "amtool-routes"

_LABEL = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def check_routes(tool: Tool, staged: Staged, config: str, proofs: str, *, timeout: float) -> list[Finding]:
    """Return a finding for each kind of alert that reaches other receivers than the file of proofs says.

    Both files are given relative to the staged folder, and the configuration is one that amtool loads.
    """
    found: list[Finding] = []
    for (labels, receiver), alert in _questions(staged.text(config), staged.text(proofs)).items():
        matchers = [f'{name}="{_escaped(value)}"' for name, value in labels]
        arguments = ("config", "routes", "test", f"--config.file={config}", f"--verify.receivers={receiver}")
        outcome = run(tool, (*arguments, *matchers), timeout=timeout, cwd=staged.root)
        if problem := trouble(tool, outcome, timeout):
            return [*found, problem]
        if outcome.exit_code:
            said = outcome.stdout.strip() or outcome.stderr.strip() or "nothing"
            found.append(
                Finding(
                    rule=RULE,
                    message=f"{alert} has to reach {receiver}, and amtool answers: {staged.quote(said)}",
                    place=staged.place(config),
                    advice="run `mlmon generate`, or correct the configuration if it was written by hand",
                )
            )
    return found


def _questions(config: str, proofs: str) -> dict[tuple[tuple[tuple[str, str], ...], str], str]:
    """Return the distinct questions, labels that some route reads and the receiver, each with one such alert."""
    read = set(_read_labels(read_yaml(config)["route"]))
    services = read_yaml(proofs)["services"]
    questions: dict[tuple[tuple[tuple[str, str], ...], str], str] = {}
    for service, alerts in services.items():
        for alert in alerts:
            labels = tuple((name, value) for name, value in sorted(alert["labels"].items()) if name in read)
            questions.setdefault((labels, alert["receiver"]), f"{service}/{alert['alert']}")
    return questions


def _read_labels(route: Mapping[str, Any]) -> Iterator[str]:
    for matcher in route.get("matchers", ()):
        name = _LABEL.match(matcher)
        if name:
            yield name[0]
    for child in route.get("routes", ()):
        yield from _read_labels(child)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
