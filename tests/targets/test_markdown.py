"""Markdown quoting: any text comes back equal from a CommonMark parser with GitHub's tables, and stays text."""

from html import unescape
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlmon.targets import markdown

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# Line breaks become spaces, and the ends are trimmed, as the spec trims its texts; the rest must survive.
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]) | st.just(" ")
TEXT = (st.text(CHARACTERS, max_size=30) | st.text("\\`*_{}[]()#+-.!|<>~&=:;\"'$@/1a \n", max_size=16)).map(str.strip)
CODE = st.text(CHARACTERS, min_size=1, max_size=30) | st.text("`~ a\n|\\", min_size=1, max_size=16)
ADDRESS = st.from_regex(r"https?://[a-z]{1,8}/[^\s\"'<>\\{}`]{0,30}", fullmatch=True).filter(str.isprintable)


def flat(text: str) -> str:
    return " ".join(part for part in text.replace("\n", " ").split(" ") if part)


def shown(tokens: list[Token]) -> str:
    return "".join(child.content for token in tokens for child in token.children or [])


def kinds(tokens: list[Token]) -> set[str]:
    return {child.type for token in tokens for child in token.children or []}


@settings(max_examples=200, deadline=None)
@given(TEXT.filter(flat))
def test_text_is_text_in_a_paragraph_a_heading_an_item_and_a_cell(text: str) -> None:
    quoted = markdown.text(text)
    for before, after in (("", ""), ("# ", ""), ("- ", ""), ("> ", ""), ("Team ", ": x"), ("| a |\n|---|\n| ", " |")):
        tokens = PARSER.parse(f"{before}{quoted}{after}")
        table = [token for token in tokens if token.type == "inline"][-1:]
        expected = f"{before}{flat(text)}{after}" if before == "Team " else flat(text)
        assert shown(table) == expected, (before, quoted)
        assert kinds(table) <= {"text", "text_special"}
        outer = {"": 3, "# ": 3, "- ": 7, "> ": 5, "Team ": 3}
        assert len(tokens) == outer.get(before, len(tokens)), quoted


@settings(max_examples=300, deadline=None)
@given(CODE.filter(str.strip))
def test_code_is_code(code: str) -> None:
    (inline,) = [token for token in PARSER.parse(f"x {markdown.code(code)} y") if token.type == "inline"]
    (span,) = [child for child in inline.children or [] if child.type == "code_inline"]
    assert span.content == code.replace("\n", " ").replace("  ", " ") or flat(span.content) == flat(code)
    assert shown([inline]).startswith("x ")
    assert shown([inline]).endswith(" y")


@settings(max_examples=300, deadline=None)
@given(CODE)
def test_a_block_cannot_be_left(code: str) -> None:
    fence, after = PARSER.parse(f"{markdown.block(code, 'promql')}\n\nafter\n")[0:2]
    assert (fence.type, fence.info, fence.content) == ("fence", "promql", f"{code}\n")
    assert after.type == "paragraph_open"


@settings(max_examples=100, deadline=None)
@given(TEXT.filter(flat), ADDRESS)
def test_a_link_leads_where_it_should(label: str, address: str) -> None:
    (inline,) = [token for token in PARSER.parse(f"see {markdown.link(label, address)} now") if token.type == "inline"]
    (opened,) = [child for child in inline.children or [] if child.type == "link_open"]
    assert unquote(unescape(str(opened.attrGet("href")))) == unquote(PARSER.normalizeLink(address))
    assert shown([inline]) == f"see {flat(label)} now"


@pytest.mark.parametrize("open_end", ["```sh\nrm", "<!-- ", "<details>", "- a\n  - b", "# Heading", "| a |\n|---|"])
def test_what_notes_leave_open_ends_with_them(open_end: str) -> None:
    tokens = PARSER.parse(f"{markdown.contained(open_end)}\n\n## Next\n")
    assert (tokens[0].type, tokens[-2].content, tokens[-2].level) == ("blockquote_open", "Next", 1)
    assert [token.type for token in tokens[-4:]] == ["blockquote_close", "heading_open", "inline", "heading_close"]


def test_readable_names_stay_readable() -> None:
    assert markdown.text("fraud_detector: p99 > 500ms (see 3.2), 5%!") == r"fraud_detector: p99 \> 500ms (see 3.2), 5%!"
