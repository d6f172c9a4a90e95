"""Checks scrape configurations with a promtool that was built without the service discovery of Kubernetes.

Debian's package leaves it out: `kubernetes_sd_configs` is an unknown field to its promtool (seen with 2.42.0+ds), which
then refuses the whole file. Everything else is checked in a copy without these parts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlmon.tools.staged import Staged

KEY = "kubernetes_sd_configs"

_UNKNOWN = f'unknown field "{KEY}"'
_OPENING = re.compile(rf"^(?P<indent> *(?:- )?){KEY}:")


def is_unknown(findings: Iterable[Finding]) -> bool:
    """Tell whether promtool does not know the service discovery of Kubernetes."""
    return any(finding.message == _UNKNOWN for finding in findings)


def without(text: str) -> str:
    """Return a configuration in block style with this part of every job blank, so that lines keep their numbers."""
    return "".join(_blanked(text.splitlines(keepends=True)))


def gap(staged: Staged, files: Sequence[str]) -> Finding:
    """Say what has not been checked in files, and with what it can be."""
    number = f"{len(files)} file{'s' * (len(files) != 1)}"
    return Finding(
        rule="promtool-build",
        message=f"no verdict on `{KEY}` in {number}: this promtool was built without Kubernetes, as Debian's is",
        place=staged.place(files[0]),
        advice="everything else was checked; for the rest set MLMON_PROMTOOL to one from https://prometheus.io/download/",
        severity=Severity.NOTE,
    )


def _blanked(lines: Iterable[str]) -> Iterator[str]:
    depth: int | None = None
    for line in lines:
        opening = _OPENING.match(line.rstrip("\n"))
        if opening:
            depth = len(opening["indent"])
            # The first key of a list item takes the dash with it, and an empty item has to stay one.
            yield "\n" if "-" not in opening["indent"] else f"{opening['indent']}static_configs: []\n"
        elif depth is not None and _belongs(line, depth):
            yield "\n"
        else:
            depth = None
            yield line


def _belongs(line: str, depth: int) -> bool:
    """Tell whether a line is part of the value: further in, or an item of a list that begins at the key's column."""
    inner = line.lstrip(" ")
    column = len(line) - len(inner)
    return not inner.strip() or column > depth or (column == depth and inner.startswith("- "))
