"""Builds HTML as a tree, so that every text in it is escaped by the serialiser and none by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# Forbidden in HTML even as character references (html.spec.whatwg.org, "Writing text").
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def node(tag: str, /, *children: Element | str | None, **attributes: object) -> Element:
    """Return an element; `class_` and `aria_label` stand for `class` and `aria-label`, None leaves a child out."""
    made = ElementTree.Element(tag)
    for key, value in attributes.items():
        made.set(key if key == "viewBox" else key.rstrip("_").replace("_", "-"), _clean(str(value)))
    last: Element | None = None
    for child in children:
        if child is None:
            continue
        if not isinstance(child, str):
            made.append(child)
            last = child
        elif last is None:
            made.text = (made.text or "") + _clean(child)
        else:
            last.tail = (last.tail or "") + _clean(child)
    return made


def document(root: Element) -> str:
    """Return the page as text."""
    return f"<!DOCTYPE html>\n{ElementTree.tostring(root, encoding='unicode', method='html')}\n"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
