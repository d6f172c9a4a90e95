"""Go templates: a brace can neither open an action nor join one. The Alertmanager tests ask the engine itself."""

from mlmon.targets.gotemplate import literal, string


def test_every_opening_brace_is_quoted_on_its_own() -> None:
    assert literal("a {b} {{c}}") == 'a {{ "{" }}b} {{ "{" }}{{ "{" }}c}}'
    assert literal("nothing to quote") == "nothing to quote"


def test_a_string_constant() -> None:
    assert string('a "b" \\ \n\x7f é') == '"a \\"b\\" \\\\ \\n\\x7f é"'
