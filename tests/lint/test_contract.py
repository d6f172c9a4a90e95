"""What holds for every rule, so that a new one is a file and its case."""

import re
from pathlib import Path

import pytest

from mlmon.lint import rules
from mlmon.lint.catalogue import Rule, catalogue
from tests.lint.linting import PROJECT, SPEC, findings

RULES = list(catalogue().values())
FOLDER = Path(rules.__file__).parent
MANUAL = re.compile(
    r"(?P<fact>[^\n]+(\n[^\n]+)?\.)\n\n"
    r"Why: .+?\.\n\n"
    r"Instead: .+?\n\n"
    r"Source: https://\S+",
    re.DOTALL,
)
EXAMPLE = re.compile(r"^ *expr: (.+)$", re.MULTILINE)
WRITTEN = """
alerts:
  Mine:
    expr: {expr}
    severity: ticket
    layer: application
    summary: Something is wrong.
"""
FAST = PROJECT.replace("outputs:\n", "outputs:\n  prometheus: {scrape_interval: 15s}\n")

each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])


def test_there_are_rules() -> None:
    assert len(RULES) >= 16
    assert {rule.id for rule in RULES} == {
        path.stem.replace("_", "-") for path in FOLDER.glob("*.py") if path.stem != "__init__"
    }


@each_rule
def test_manual_says_fact_why_instead_source(rule: Rule) -> None:
    match = MANUAL.fullmatch(rule.manual)
    assert match
    assert len(match["fact"]) <= 140
    assert rule.id not in match["fact"]


@each_rule
def test_rule_fits_on_a_page_or_two(rule: Rule) -> None:
    lines = (FOLDER / f"{rule.id.replace('-', '_')}.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 130


@pytest.mark.parametrize("rule", [rule for rule in RULES if EXAMPLE.search(rule.manual)], ids=lambda rule: rule.id)
def test_manual_is_right_about_its_own_examples(rule: Rule, tmp_path: Path) -> None:
    examples = EXAMPLE.findall(rule.manual)
    judged = []
    for number, example in enumerate(examples):
        files = {"mlmon.yaml": FAST, "specs/ranker.yaml": SPEC + WRITTEN.format(expr=example)}
        (tmp_path / str(number)).mkdir()
        judged.append(any(item.rule == rule.id for item in findings(tmp_path / str(number), files)))
    if rule.id == "signal-behind-flag":
        assert judged == [False]  # the one example is the remedy
    else:
        assert judged == [True, False]
