"""Strings, object keys, heredocs and comments of HCL2, each written so that Terraform reads the same text back.

Sources: Terraform language docs, "Strings and Templates"; HCL native syntax specification, "Template Expressions".
Terraform normalises every string to Unicode form C, so only such a string comes back byte for byte.
"""

from __future__ import annotations

import re

# NOTE: beside control characters this takes line separators, the byte-order mark and the bidirectional overrides,
# which make a reviewer read something else than Terraform does (CVE-2021-42574).
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")
_LETTER_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BARE_KEY = re.compile(r"(?!(?:else|endfor|endif|false|for|if|in|null|true)\b)[A-Za-z_][A-Za-z0-9_]*")
_HEREDOC_LINE = re.compile(r"(?: *[!-~].*)?")
_END = "EOT"


def escape(text: str) -> str:
    """Return what stands between the quotes for this text; raises ValueError for a lone surrogate."""
    text.encode()
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    text = _HIDDEN.sub(lambda found: _LETTER_ESCAPES.get(found[0]) or _code_point(found[0]), text)
    return _without_templates(text)


def quote(text: str) -> str:
    """Return the text as a quoted string; raises ValueError for a lone surrogate."""
    return f'"{escape(text)}"'


def object_key(key: str) -> str:
    """Return the key bare where it is an identifier and no keyword, else quoted and in ASCII."""
    if _BARE_KEY.fullmatch(key):
        return key
    # fmt counts columns in grapheme clusters; keys of ASCII alone are counted alike by everyone.
    return re.sub(r"[^\x00-\x7f]", lambda found: _code_point(found[0]), quote(key))


def heredoc(text: str, indent: int) -> str:
    """Return the text as `<<-EOT`, closed `indent` columns in; quoted where a heredoc would not read back exactly.

    A heredoc needs a newline at its end and knows no escapes. Raises ValueError for a lone surrogate.
    """
    *lines, last = text.split("\n")
    # The common indentation is cut off on reading, counted in grapheme clusters: one line must have none of its own,
    # and none may begin with a character that could combine with the space before it.
    exact = any(line[:1] > " " for line in lines) and all(_HEREDOC_LINE.fullmatch(line) for line in lines)
    if last or not exact or any(_HIDDEN.search(line) or line.strip() == _END for line in lines):
        return quote(text)
    text.encode()
    pad = " " * indent
    body = [f"{pad}  {_without_templates(line)}" if line else "" for line in lines]
    return "\n".join([f"<<-{_END}", *body, pad + _END])


def comment(text: str) -> str:
    """Return the text as `#` lines; characters that could end or disguise a line are shown as `?`."""
    return "".join(f"# {_HIDDEN.sub('?', line)}\n" for line in text.split("\n"))


def _without_templates(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")


def _code_point(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
