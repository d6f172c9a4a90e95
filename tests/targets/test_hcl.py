"""The HCL writer: what it writes is read back equal by Go's parser (pygohcl) and left alone by `terraform fmt`.

Where terraform is absent, the two tests that run it are skipped and say so; reading back is checked all the same.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pygohcl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlmon.targets.cloudwatch.hcl import WIDTH, Block, Call, Heredoc, Ref, Template, Value, json_encode, render
from mlmon.targets.cloudwatch.hcl_strings import quote

SNIPPETS = ["${", "%{", "$", "%", "{", "}", "\\", '"', "\n", "\r", "\t", "\x00", "\x7f", "\x85", "\u2028", "\u202e"]
SNIPPETS += [
    "\ufeff",
    "é",
    "e\u0301",
    "\u0301",
    "😀",
    "👩\u200d👧",
    "漢",
    "EOT",
    "~",
    " ",
    "a",
    "#",
    "//",
    "/*",
    "<<EOT",
    "for",
]

texts = st.one_of(st.text(), st.lists(st.sampled_from(SNIPPETS)).map("".join))
lines = st.lists(st.one_of(texts, st.just("stats count(*) by bin(5m)"))).map(lambda items: "\n".join(items) + "\n")
numbers = st.one_of(st.integers(-(2**53), 2**53), st.decimals(-(10**9), 10**9, places=6))
scalars = st.one_of(texts, st.booleans(), numbers, lines.map(Heredoc))


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4))


values = st.recursive(scalars, containers, max_leaves=8)
bodies = st.dictionaries(st.from_regex(r"[a-z_][a-z0-9_]{0,12}", fullmatch=True), values, min_size=1, max_size=5)


def plain(value: Any) -> Any:
    """The value as JSON gives it back: strings in normal form C, numbers as floats."""
    if isinstance(value, Heredoc | str):
        return unicodedata.normalize("NFC", value if isinstance(value, str) else value.text)
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, bool) else float(value)


def attribute(value: Any) -> str:
    """The text behind `a = ` in a file with that one attribute."""
    return render([Block("locals", body={"a": value})]).removeprefix("locals {\n  a = ").removesuffix("\n}\n")


def terraform(path: str, *arguments: str, text: str, cwd: Path) -> str:
    # A CLI configuration that the environment names but that does not exist would make Terraform warn.
    variables = {**os.environ, "HOME": str(cwd), "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
    options: dict[str, Any] = {"cwd": cwd, "env": variables, "timeout": 60, "encoding": "utf-8"}
    run = subprocess.run([path, *arguments], input=text, capture_output=True, check=False, **options)
    assert not run.returncode, run.stderr
    return run.stdout


@given(bodies)
@settings(max_examples=100, deadline=None)
def test_every_value_is_read_back_equal(body: dict[str, Value]) -> None:
    read = json.dumps(pygohcl.loads(render([Block("locals", body=body)])))
    assert json.loads(read, parse_int=float) == {"locals": plain(body)}


@given(st.lists(bodies, min_size=4, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_terraform_fmt_changes_nothing(
    require_tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, some: list[dict[str, Value]]
) -> None:
    nested = (Block("inner", body=some[0]), Block("inner", blocks=(Block("empty"), Block("last", body=some[1]))))
    written = render([Block("locals", body=some[2]), Block("outer", ("a", "b"), some[3], nested)])
    assert terraform(require_tool("terraform"), "fmt", "-", text=written, cwd=tmp_path_factory.getbasetemp()) == written


def test_terraform_evaluates_to_the_same_values(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    nasty = [first + second for first in SNIPPETS for second in SNIPPETS]
    joined = [Template(("x", text, Ref("local.ref"), text)) for text in nasty]
    expected = [f"x{text}{{r}}{text}" for text in nasty]
    text = render([Block("locals", body={"nasty": nasty, "joined": joined, "ref": "{r}"})])
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    # NOTE: not by jsonencode, whose output is normalised too: line feed and U+0301 become `\\ń`, which is no JSON.
    question = 'join(" ", [for text in concat(local.nasty, local.joined) : base64encode(text)])\n'
    answer = terraform(require_tool("terraform"), "console", text=question, cwd=tmp_path).strip().strip('"').split(" ")
    assert [base64.b64decode(text).decode() for text in answer] == plain([*nasty, *expected])


LAYOUT = """\
# no
# way

data "aws_x" "y" {}

resource "aws_x" "y" {
  name               = "page"
  evaluation_periods = 5
  threshold          = 0.0010
  tags = merge(var.tags, {
    service       = "fraud"
    "cost center" = "ml"
  })
  alarm_actions = [aws_sns_topic.page.arn]
  body = jsonencode({
    widgets = [
      { type = "text", x = 0 },
      {
        "for" = [
          "LONG",
          "LONG",
        ]
      },
    ]
    empty = {}
  })
  query = <<-EOT
    fields @message

      | limit $${n}
  EOT
  last  = 1

  metric {}
}
"""


def test_layout() -> None:
    long = "a" * 60
    body: dict[str, Value] = {
        "name": "page",
        "evaluation_periods": 5,
        "threshold": Decimal("0.0010"),
        "tags": Call("merge", (Ref("var.tags"), {"service": "fraud", "cost center": "ml"})),
        "alarm_actions": [Ref("aws_sns_topic.page.arn")],
        "body": json_encode({"widgets": [{"type": "text", "x": 0}, {"for": [long, long]}], "empty": {}}),
        "query": Heredoc("fields @message\n\n  | limit ${n}\n"),
        "last": 1,
    }
    blocks = [Block("data", ("aws_x", "y")), Block("resource", ("aws_x", "y"), body, (Block("metric"),))]
    assert render(blocks, header="no\nway") == LAYOUT.replace("LONG", long)


def test_lines_of_lists_end_at_the_width() -> None:
    fits = "a" * (WIDTH - len('  [""],'))
    assert attribute([fits]) == f'["{fits}"]'
    assert attribute([f"{fits}b"]) == f'[\n    "{fits}b",\n  ]'
    row = "a" * (WIDTH - len('    ["", 1],'))
    assert attribute([[row, 1], [2]]) == f'[\n    ["{row}", 1],\n    [2],\n  ]'
    assert attribute([[f"{row}b", 1], [2]]) == f'[\n    [\n      "{row}b",\n      1,\n    ],\n    [2],\n  ]'


INEXACT = ["no newline", "  all\n  indented\n", "a\n \nb\n", "a\tb\n", "a\nEOT\n", "a\rb\n", "\n", "a\n\u0301\n"]


@pytest.mark.parametrize("text", INEXACT)
def test_a_heredoc_that_would_not_read_back_exactly_is_quoted(text: str) -> None:
    assert attribute(Heredoc(text)) == quote(text)


def test_a_header_cannot_leave_its_comment() -> None:
    assert render([], header="specs/x\u2028\r\x85.yaml") == "# specs/x???.yaml\n"


def test_bidirectional_overrides_are_visible() -> None:
    assert attribute("a\u202eb\u2066c") == r'"a\u202eb\u2066c"'


REFERENCES = ["aws_sns_topic.page.arn", "var.tags", 'local.a["b-c"][0].d', "null", "x[*].y", "map(string)"]
OTHERS = ["", "a b", "a\n", 'file("/etc/passwd")', "a + b", "${a}", "a.b }", 'a["${b}"]', "a #", "map(x)", "1a", "a..b"]


@pytest.mark.parametrize("text", REFERENCES)
def test_references_are_written_as_they_stand(text: str) -> None:
    assert attribute(Ref(text)) == text


@pytest.mark.parametrize("text", OTHERS)
def test_anything_else_is_no_reference(text: str) -> None:
    with pytest.raises(ValueError, match="is not a Terraform reference"):
        Ref(text)


@pytest.mark.parametrize("name", ["", "a b", "a\n", "1a", 'a"', "é"])
def test_names_that_are_no_identifiers_are_refused(name: str) -> None:
    for make in (Block, lambda x: Block("a", (x,)), lambda x: Block("a", body={x: 1}), lambda x: Call(x, ())):
        with pytest.raises(ValueError, match="is not a Terraform identifier"):
            make(name)


REFUSED = [(0.1, TypeError), (None, TypeError), (Decimal("NaN"), ValueError), ("\ud800", ValueError)]


@pytest.mark.parametrize(("value", "error"), REFUSED)
def test_values_without_an_exact_text_are_refused(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        attribute(value)


NUMBERS = [(Decimal("-0"), "0"), (Decimal("1E+3"), "1000"), (Decimal("1E-7"), "0.0000001"), (True, "true"), (-5, "-5")]


@pytest.mark.parametrize(("number", "text"), NUMBERS)
def test_numbers_are_plain(number: Decimal | int, text: str) -> None:
    assert attribute(number) == text
