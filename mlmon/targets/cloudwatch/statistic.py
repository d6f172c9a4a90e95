"""The names of CloudWatch's statistics, basic (`Sum`) and extended (`p99`, `TM(5%:95%)`).

Sources: CloudWatch user guide, "CloudWatch statistics definitions"; the Terraform AWS provider's validation of
`extended_statistic`, which is stricter (two decimals at most) and sees the alarm first.
"""

from __future__ import annotations

import re
from decimal import Decimal

BASIC = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
"""What `statistic` may be."""

_SHORT = re.compile(r"(?:p|tm|tc|ts|wm)(?:100|[0-9]{1,2}(?:\.[0-9]{1,2})?)")
_BOUND = r"([0-9]+(?:\.[0-9]+)?)?"
_PERCENT_RANGE = re.compile(rf"(?:TM|TC|TS|WM)\((?:{_BOUND}%)?:(?:{_BOUND}%)?\)")
_VALUE_RANGE = re.compile(rf"(?:TM|TC|TS|WM|PR)\({_BOUND}:{_BOUND}\)")


def is_extended(statistic: str) -> bool:
    """Tell whether this may be an `extended_statistic`."""
    return bool(_SHORT.fullmatch(statistic)) or statistic == "IQM" or _is_range(statistic)


def is_percentile(statistic: str) -> bool:
    """Tell whether `evaluate_low_sample_count_percentiles` means anything for this statistic."""
    return statistic.startswith("p") and is_extended(statistic)


def _is_range(statistic: str) -> bool:
    percent = _PERCENT_RANGE.fullmatch(statistic)
    found = percent or _VALUE_RANGE.fullmatch(statistic)
    if not found or not any(found.groups()):
        return False
    lower, upper = (Decimal(bound) if bound else None for bound in found.groups())
    ordered = lower is None or upper is None or lower < upper
    return ordered and not (percent and max(lower or 0, upper or 0) > 100)
