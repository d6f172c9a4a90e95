from hypothesis import given
from hypothesis import strategies as st
from tools_helpers import HERE

from mlmon.tools.go_errors import split, unquote, warning
from mlmon.tools.rule_errors import explain, sections
from mlmon.tools.staged import QUOTE_LIMIT, Staged, one_line
from mlmon.tools.unit_tests import differences, verdicts
from mlmon.tools.work import Work
from mlmon.tools.yaml_places import find_rule, find_scalar, inside_scalar

TEXT = """\
groups:
- name: a
  rules:
  - alert: X
    expr: up
    labels: {team: ml}
- name: a
  rules: []
- name: b
"""
STAGED = Staged(HERE / "rules", "generated")


def test_rules_are_found_as_deep_as_they_exist() -> None:
    assert find_rule(TEXT, "a") == (7, 3)
    once = TEXT.replace("- name: a\n  rules: []\n", "")
    assert find_rule(once, "a") == (2, 3)
    assert find_rule(once, "a", 1) == (4, 5)
    assert find_rule(once, "a", 1, "labels", "team") == (6, 14)
    assert find_rule(once, "a", 1, "labels", "tier") == (6, 5)
    assert find_rule(once, "a", 1, "annotations", "x") == (4, 5)
    assert find_rule(once, "a", 2) == (2, 3)
    assert find_rule(once, "b", 1) == (7, 3)
    assert find_rule(once, "c") == (0, 0)


def test_values_are_whole_words() -> None:
    assert find_scalar("receiver: team-a\nreceiver: team\n", "team", "receiver") == (2, 1)
    assert find_scalar("receivers: [{name: team}]\n", "team", "receiver") == (0, 0)
    assert find_scalar("for: 15x\nfor: 5x\n", "5x") == (2, 6)


def test_positions_inside_expressions() -> None:
    assert inside_scalar("expr: a + )\n", (1, 7), (1, 5)) == (1, 11)
    assert inside_scalar('expr: "a + )"\n', (1, 7), (1, 5)) == (1, 12)
    assert inside_scalar("expr: |\n  a\n  + )\n", (1, 7), (2, 3)) == (3, 5)
    assert inside_scalar("expr: >\n  a\n  + )\n", (1, 7), (1, 3)) == (1, 7)
    assert inside_scalar("expr: a\n", (1, 7), (1, 90)) == (1, 7)
    assert inside_scalar("", (3, 7), (1, 1)) == (3, 7)


def test_staged_places_and_words() -> None:
    assert str(STAGED.place("a.yaml", 3, 4)) == "generated/a.yaml:3:4"
    assert str(Staged(HERE, ".").place("a.yaml")) == "a.yaml"
    assert (
        STAGED.quote(f"in {STAGED.root}/a.yaml\n  and\x1b[1m b\x07")
        == "in generated/a.yaml | and b\N{REPLACEMENT CHARACTER}"
    )
    assert one_line("x" * (QUOTE_LIMIT + 5)) == "x" * QUOTE_LIMIT + "… (5 more characters)"
    assert STAGED.text("nowhere.yaml") == ""


def test_files_are_sorted_by_what_checks_them() -> None:
    work = Work.of(
        [
            "prometheus/fraud.rules.yaml",
            "collection/prometheus/prometheus.yaml",
            "tests/prometheus/fraud.1m.test.yaml",
            "alertmanager/alertmanager.yaml",
            "alertmanager/secret.yaml",
            "cloudwatch/alarms.tf",
            "cloudwatch/dashboards.tf",
            "grafana/fleet.json",
        ]
    )
    assert work == Work(
        rules=("prometheus/fraud.rules.yaml",),
        scraping=("collection/prometheus/prometheus.yaml",),
        routing=("alertmanager/alertmanager.yaml",),
        modules=("cloudwatch",),
    )


words = st.text(st.sampled_from('  FAILED:\nSUCCES0"yamlline 1 field group rule|\\{}\x1b\r'), max_size=200)


@given(words)
def test_no_output_breaks_the_reading(output: str) -> None:
    files = ["good.yaml", "tab.yaml"]
    for file, lines in sections(f"Checking good.yaml\n  FAILED:\n{output}", files).items():
        for finding in explain(file, lines, STAGED):
            assert finding.message.isprintable()
    for block in verdicts(f"  FAILED:\n{output}"):
        for one in differences(block):
            assert (one.subject + one.expected + one.got).isprintable()
    list(split(output))
    warning(output)
    unquote(output)
