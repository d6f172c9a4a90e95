"""Two generated things have one name where the engine wants two.

Why: names are put together from those of services, components and SLOs, so two may come out alike. CloudWatch takes
the second alarm of a name for a change of the first, Terraform flips between them with every apply, Prometheus refuses
a file with two groups of one name, and Grafana shows only one of two dashboards with the same uid.

Instead: rename one of the components or SLOs from which the name is made:

    slos:
      - {name: latency, objective: 99%, threshold: 500ms}
      - {name: latency-slow, ...}       # its rule group is named like the slow group of the first
      - {name: latency-tail, ...}

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mlmon.diagnostics import Place, Severity
from mlmon.lint.context import OUTPUT, Context, Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

SEVERITY = Severity.ERROR

_NAMES: Final = (
    ("alarm", "", ".tf", re.compile(r'^ *alarm_name += "([^"]+)"', re.MULTILINE)),
    ("rule group", "prometheus/", ".yaml", re.compile(r"^- name: (\S+)|^  - name: (\S+)", re.MULTILINE)),
    ("dashboard uid", "grafana/", ".json", re.compile(r'^ {1,2}"uid": "([^"]+)"', re.MULTILINE)),
)
"""What it is, where such files are, how they end, and what the name looks like in them."""


def check(context: Context) -> Iterator[Issue]:
    """Yield the second and every further use of a name."""
    for what, folder, end, pattern in _NAMES:
        first: dict[tuple[str, str], Place] = {}
        for path, text in context.files.items():
            if not path.startswith(folder) or not path.endswith(end):
                continue
            for match in pattern.finditer(text):
                name = match[match.lastindex or 0]
                place = Place(f"{OUTPUT}/{path}", text.count("\n", 0, match.start(match.lastindex or 0)) + 1, 1)
                # Prometheus wants group names to be unique within a file, the others everywhere.
                before = first.setdefault((name, path if what == "rule group" else ""), place)
                if before != place:
                    advice = "rename one of the components or SLOs that it is made of"
                    yield Issue(place, f'the {what} "{name}" is already in {before}', advice)
