"""YAML with positions: one document of YAML 1.2 core, bounded, without tags or duplicate keys."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import yaml

from mlmon.diagnostics import Finding, Place
from mlmon.yamlread import LOADER

KeyPath = tuple[str | int, ...]
"""The way to a value: keys of mappings and indices of lists from the document's root."""

MAX_VALUES: Final = 20_000
MAX_DEPTH: Final = 40
MAX_BYTES: Final = 1_000_000

_INT: Final = re.compile(r"[-+]?[0-9]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# YAML 1.2 core schema (yaml.org/spec/1.2.2, section 10.3.2): `yes`, `on` and `12:30` stay text.
_WORDS: Final = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    word: value for text, value in (("true", True), ("false", False)) for word in (text, text.title(), text.upper())
}


class SourceError(Exception):
    """The text is not a document that can be checked at all; carries the finding to report."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass
class Document:
    """One YAML document: plain data (dict, list, str, int, Decimal, bool, None) and where each value stands."""

    path: str
    text: str
    data: Any = None
    values: dict[KeyPath, Place] = field(default_factory=dict)
    keys: dict[KeyPath, Place] = field(default_factory=dict)

    def below(self, prefix: KeyPath) -> Document:
        """Return the part of the document that stands at `prefix`, with its places."""
        size = len(prefix)
        if not size:
            return self
        part = Document(self.path, self.text)
        part.values = {where[size:]: place for where, place in self.values.items() if where[:size] == prefix}
        part.keys = {where[size:]: place for where, place in self.keys.items() if where[:size] == prefix}
        part.values.setdefault((), self.locate(prefix))
        return part

    def locate(self, where: KeyPath, *, key: bool = False) -> Place:
        """Return the place of a value (or of its key), or of the nearest parent the document has.

        Parts that the document does not have (a validator's tag of a union, say) are skipped.
        """
        known: KeyPath = ()
        for part in where:
            if (*known, part) in self.values:
                known = (*known, part)
        if key and known == where and known in self.keys:
            return self.keys[known]
        return self.values.get(known, Place(self.path, 1, 1))


def parse(text: str, path: str) -> Document:
    """Read one document. Raises SourceError with a placed finding when the text cannot be read."""
    if len(text.encode()) > MAX_BYTES:
        raise _error("yaml-too-large", f"the file is larger than {MAX_BYTES:,} bytes", Place(path, 1, 1), "split it")
    document = Document(path, text)
    try:
        _Builder(document, list(yaml.parse(text, Loader=LOADER))).run()
    except yaml.MarkedYAMLError as error:
        # What is left open is found at the end of the file; where it began is what helps.
        unfinished = "end of stream" in (error.problem or "") and error.context_mark
        place = _at(path, unfinished or error.problem_mark)
        raise _error("yaml-syntax", _reason(error), place, _hint(error)) from None
    except yaml.YAMLError as error:
        message = " ".join(str(error).split())
        raise _error("yaml-syntax", message, Place(path, 1, 1), "remove the character or save as UTF-8") from None
    return document


class _Builder:
    """Builds data from parser events with an explicit count and depth, so that no input can exhaust memory."""

    def __init__(self, document: Document, events: list[yaml.Event]) -> None:
        self.document, self.events = document, events
        self.next, self.count, self.anchors = 0, 0, dict[str, int]()
        self.open: list[int] = []

    def run(self) -> None:
        starts = [event for event in self.events if isinstance(event, yaml.DocumentStartEvent)]
        if not starts:
            raise self.error("yaml-empty", "the file holds no document", None, "write the spec, or delete the file")
        if len(starts) > 1:
            advice = "keep one document per file: move what follows `---` into a file of its own"
            raise self.error("yaml-documents", "the file holds more than one document", starts[1], advice)
        self.next = self.events.index(starts[0]) + 1
        self.document.data = self.value((), 0)

    def value(self, where: KeyPath, depth: int) -> Any:
        event: Any = self.events[self.next]
        self.count += 1
        if self.count > MAX_VALUES or depth > MAX_DEPTH:
            limit = f"{MAX_VALUES:,} values" if self.count > MAX_VALUES else f"{MAX_DEPTH} levels"
            raise self.error("yaml-too-large", f"the document expands to more than {limit}", event, "use fewer aliases")
        self.document.values.setdefault(where, _at(self.document.path, event.start_mark))
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, where, depth)
        if getattr(event, "tag", None) not in (None, "!"):
            raise self.error("yaml-tag", f"the tag {event.tag} is not used here", event, "remove the tag")
        start = self.next
        if event.anchor:
            self.anchors[event.anchor] = start
        self.next += 1
        if isinstance(event, yaml.ScalarEvent):
            return event.value if event.style or event.tag else _scalar(event.value)
        self.open.append(start)
        fill = self.mapping if isinstance(event, yaml.MappingStartEvent) else self.sequence
        data = fill(where, depth)
        self.open.pop()
        self.next += 1
        return data

    def alias(self, event: Any, where: KeyPath, depth: int) -> Any:
        start = self.anchors.get(event.anchor)
        if start is None or start in self.open:
            trouble = "is not defined above" if start is None else "contains itself"
            raise self.error("yaml-alias", f"the alias *{event.anchor} {trouble}", event, "write the value out")
        self.next, back = start, self.next + 1
        data = self.value(where, depth + 1)
        self.next = back
        return data

    def sequence(self, where: KeyPath, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(self.events[self.next], yaml.SequenceEndEvent):
            items.append(self.value((*where, len(items)), depth + 1))
        return items

    def mapping(self, where: KeyPath, depth: int) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(self.events[self.next], yaml.MappingEndEvent):
            event = self.events[self.next]
            key = self.key(event)
            place = _at(self.document.path, event.start_mark)
            if key in items:
                first = self.document.keys[(*where, key)]
                message = f'the key "{key}" is written twice (first in line {first.line})'
                raise self.error("yaml-duplicate-key", message, event, "keep one of the two")
            self.document.keys.setdefault((*where, key), place)
            items[key] = self.value((*where, key), depth + 1)
        return items

    def key(self, event: yaml.Event) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise self.error("yaml-key", "a key must be plain text", event, "quote the key, or write it as text")
        if event.value == "<<" and not event.style:
            raise self.error("yaml-merge", "merge keys (<<) are not part of YAML 1.2", event, "write the keys out")
        self.next += 1
        return str(event.value)

    def error(self, rule: str, message: str, event: yaml.Event | None, advice: str) -> SourceError:
        return _error(rule, message, _at(self.document.path, event and event.start_mark), advice)


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) < 40 else text
    return Decimal(text) if _FLOAT.fullmatch(text) else text


def _at(path: str, mark: Any) -> Place:
    return Place(path, mark.line + 1, mark.column + 1) if mark else Place(path, 1, 1)


def _error(rule: str, message: str, place: Place, advice: str) -> SourceError:
    return SourceError(Finding(rule=rule, message=message, place=place, advice=advice))


def _reason(error: yaml.MarkedYAMLError) -> str:
    return " ".join(part for part in (error.context, error.problem) if part) or "the YAML cannot be read"


def _hint(error: yaml.MarkedYAMLError) -> str:
    reason = _reason(error)
    if "tab" in reason or "cannot start any token" in reason:
        return "indent with spaces, and quote text that begins with a special character"
    if "expected key" in reason or "mapping values" in reason:
        return "check the indentation of this line and the colon before it"
    return "check the line above too: a quote, bracket or colon may be missing there"
