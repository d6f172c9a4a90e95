"""What writes metrics as JSON lines in CloudWatch's Embedded Metric Format."""

from __future__ import annotations

import atexit
import json
import math
import sys
import threading
import time
from typing import Any, ClassVar, TextIO

MAX_VALUES = 100
"""Values of one metric in one line, by the specification of the format."""


class _Lines:
    """Collects values for some seconds and writes them in one line for each set of dimensions.

    Counts are added up; of everything else each value is kept, so that CloudWatch can
    compute percentiles. Lines go to `stream`, the standard output if None.
    """

    _directives: ClassVar[list[dict[str, Any]]]

    def __init__(self, stream: TextIO | None, interval: float) -> None:
        self._stream = stream
        self._interval = interval
        self._lock = threading.RLock()
        self._counts: dict[tuple[int, str], float] = {}
        self._values: dict[tuple[int, str], list[float]] = {}
        self._begun = 0.0
        atexit.register(self.flush)

    def _count(self, directive: int, name: str, amount: float) -> None:
        if math.isfinite(amount):
            with self._lock:
                self._begin_line()
                key = (directive, name)
                self._counts[key] = self._counts.get(key, 0.0) + amount

    def _value(self, directive: int, name: str, value: float) -> None:
        if math.isfinite(value):
            with self._lock:
                self._begin_line()
                values = self._values.setdefault((directive, name), [])
                values.append(value)
                if len(values) == MAX_VALUES:
                    self.flush()

    def _begin_line(self) -> None:
        if not self._counts and not self._values:
            self._begun = time.time()
            timer = threading.Timer(self._interval, self.flush)
            timer.daemon = True
            timer.start()

    def flush(self) -> None:
        """Write what has been collected, as at the end of a function on AWS Lambda."""
        with self._lock:
            found: dict[int, dict[str, Any]] = {}
            for (directive, name), amount in self._counts.items():
                found.setdefault(directive, {})[name] = amount
            for (directive, name), values in self._values.items():
                found.setdefault(directive, {})[name] = values
            self._counts, self._values = {}, {}
            for directive, metrics in found.items():
                self._write(self._directives[directive], metrics)

    def _write(self, directive: dict[str, Any], metrics: dict[str, Any]) -> None:
        units = [{"Name": name, "Unit": directive["Units"][name]} for name in metrics]
        described = {
            "Namespace": directive["Namespace"],
            "Dimensions": [list(directive["Dimensions"])],
            "Metrics": units,
        }
        line = {
            "_aws": {
                "Timestamp": int(self._begun * 1000),
                "CloudWatchMetrics": [described],
            },
            **directive["Dimensions"],
            **metrics,
        }
        stream = sys.stdout if self._stream is None else self._stream
        stream.write(json.dumps(line, separators=(",", ":"), allow_nan=False) + "\n")
        stream.flush()
