"""What `promtool check` says about files, as findings.

Read against Prometheus 2.42, 3.5 and 3.15: model/rulefmt and cmd/promtool/main.go, functions checkRules and
CheckConfig. Both streams are read as one, since only their order tells which file a message is about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Severity
from mlmon.tools.go_errors import DURATION, QUOTED, UNKNOWN_FIELD, Error, split, unquote, warning
from mlmon.tools.yaml_places import find_rule, find_scalar, inside_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlmon.tools.staged import Staged

RULE = "promtool-rules"

_REFUSED = "Prometheus refuses the whole file: correct what it was generated from"
_NEWER = "Prometheus refuses the whole file: the name is misspelt, or newer than the Prometheus of this promtool"

_FAILED = re.compile(r"\s+FAILED:\s*(.*)")
_SUCCESS = re.compile(r"\s+SUCCESS: ")
_NO_RULES = "  SUCCESS: 0 rules found"
_LINT = "lint error "
_RULE = re.compile(rf"group ({QUOTED}), rule (\d+), ({QUOTED}): (.*)", re.DOTALL)
_REPEATED = re.compile(r'groupname: "(.*)" is repeated in the same file', re.DOTALL)
_PARSE = re.compile(r"could not parse expression: (\d+):(\d+): (?:parse error: )?(.*)", re.DOTALL)
_TEMPLATE = re.compile(rf"(label|annotation) ({QUOTED}): (?:template: .+?:\d+(?::\d+)?: )?(.*)", re.DOTALL)
_NAME = re.compile(r"invalid (label|annotation) name: (.*)", re.DOTALL)
_DUPLICATES = re.compile(r"lint error (\d+) duplicate rule\(s\) found\.\n(.*?)\nMight cause", re.DOTALL)
_SECOND_DOCUMENT = "Multiple document yaml rules files are not supported"


def sections(output: str, files: Sequence[str]) -> dict[str, list[str]]:
    """Split promtool's output by file; the key "" has what it said before the first file."""
    headings = {f"Checking {file}": file for file in files}
    found: dict[str, list[str]] = {"": []}
    current = ""
    for line in output.split("\n"):
        if line in headings:
            current = headings[line]
            found[current] = []
        else:
            found[current].append(line)
    return found


def has_verdict(lines: Sequence[str]) -> bool:
    """Tell whether promtool said of a file that it is good or bad."""
    return any(_SUCCESS.match(line) or _FAILED.match(line) for line in lines)


def explain(file: str, lines: Sequence[str], staged: Staged) -> Iterator[Finding]:
    """Yield the findings in the section of one file."""
    for line in lines:
        logged = warning(line)
        # NOTE: also said of files that are not YAML; two documents are found by reading the file.
        if logged and not logged[0].startswith(_SECOND_DOCUMENT):
            yield _finding(staged, file, (0, 0, logged[0]), Severity.WARNING)
    if _NO_RULES in lines:
        yield Finding(
            rule=RULE,
            message="there are no rules in the file",
            place=staged.place(file),
            advice="Prometheus loads it and watches nothing by it: was that meant?",
            severity=Severity.WARNING,
        )
    for message in _messages(file, lines):
        if message.startswith(_LINT):
            yield _duplicates(staged, file, message)
            continue
        for error in split(message):
            yield _finding(staged, file, _placed(error, staged.text(file)), Severity.ERROR)


def _messages(file: str, lines: Sequence[str]) -> list[str]:
    """Return each message after a FAILED, with the lines that continue it."""
    messages: list[str] = []
    for line in lines:
        verdict = _FAILED.match(line)
        if warning(line) or not (verdict or messages):
            continue
        words = verdict[1] if verdict else line
        if verdict or words.startswith((f"{file}: ", _LINT)):
            messages.append(words.removeprefix(f"{file}: ").removeprefix(f"parsing YAML file {file}: "))
        else:
            messages[-1] += f"\n{words}"
    return [message.strip() for message in messages if message.strip()]


def _placed(error: Error, text: str) -> Error:
    """Make the words of an error fit people, and find its line where promtool does not say it."""
    line, column, words = error
    repeated = _REPEATED.fullmatch(words)
    if repeated:
        return (*find_rule(text, repeated[1]), f'the group "{repeated[1]}" is in the file twice')
    duration = DURATION.fullmatch(words)
    if duration and not line:
        return (*find_scalar(text, unquote(duration[1])), words)
    rule = _RULE.fullmatch(words)
    if not rule:
        return error
    group, number, problem = unquote(rule[1]), int(rule[2]), rule[4]
    name = f'rule "{unquote(rule[3])}" of group "{group}"'
    parse = _PARSE.fullmatch(problem)
    if parse:
        place = inside_scalar(text, (line, column), (int(parse[1]), int(parse[2])))
        return (*place, f"{name}: the expression does not parse: {parse[3]}")
    keys, problem = _below(problem)
    place = (line, column) if line else find_rule(text, group, number, *keys)
    return (*place, f"{name}: {problem}")


def _below(problem: str) -> tuple[tuple[str, ...], str]:
    """Return the keys below the rule that a problem is about, and the problem in words."""
    template = _TEMPLATE.fullmatch(problem)
    if template:
        key = unquote(template[2])
        return (f"{template[1]}s", key), f'the template of {template[1]} "{key}" is wrong: {template[3]}'
    name = _NAME.fullmatch(problem)
    if name:
        return (f"{name[1]}s", name[2]), f'"{name[2]}" is not a valid {name[1]} name'
    return (), problem


def _duplicates(staged: Staged, file: str, message: str) -> Finding:
    match = _DUPLICATES.match(message)
    what = match[2] if match else message
    what = what.replace("Metric: ", "").replace("\nLabel(s):", "").replace("\n\t", ", ")
    return Finding(
        rule=RULE,
        message=staged.quote(f"several rules have the same name and labels: {what}"),
        place=staged.place(file),
        advice="their samples or alerts collide: rename one, or give it another label",
        severity=Severity.WARNING,
    )


def _finding(staged: Staged, file: str, error: Error, severity: Severity) -> Finding:
    line, column, words = error
    advice = _NEWER if words.startswith(UNKNOWN_FIELD) else _REFUSED
    return Finding(
        rule=RULE,
        message=staged.quote(words),
        place=staged.place(file, line, column),
        advice=advice if severity is Severity.ERROR else "",
        severity=severity,
    )
