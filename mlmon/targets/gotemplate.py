"""Quotes text for Go templates, which Prometheus annotations and Alertmanager's receivers are."""

from __future__ import annotations

import json


def literal(text: str) -> str:
    """Return a template that prints the text itself.

    Every opening brace is quoted on its own: one left bare would open an action together with a brace that follows it.
    """
    return text.replace("{", '{{ "{" }}')


def string(text: str) -> str:
    """Return a string constant for use inside an action, such as `{{ if eq .Status "firing" }}`."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")
