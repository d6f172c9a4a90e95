"""One number for the samples of a period, and whether they are enough for a percentile.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def reduce(samples: Sequence[float], statistic: str) -> float | None:
    """Return `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or a percentile such as `p99`; None of no samples.

    Raises ValueError for other statistics. A percentile is the nearest rank; AWS does not say how it interpolates.
    """
    if not samples:
        return None
    match statistic:
        case "Sum":
            return math.fsum(samples)
        case "Average":
            return math.fsum(samples) / len(samples)
        case "Minimum":
            return min(samples)
        case "Maximum":
            return max(samples)
        case "SampleCount":
            return float(len(samples))
    rank = math.ceil(percentile(statistic) * len(samples))
    return sorted(samples)[max(rank, 1) - 1]


def percentile(statistic: str) -> float:
    """Return the share that `p99` names: 0.99. Raises ValueError for what is no percentile."""
    if not statistic.startswith("p"):
        raise ValueError(f"the statistic {statistic} is not imitated")
    return float(statistic[1:]) / 100


def needed(statistic: str) -> float:
    """Return how many samples of the evaluation make a percentile significant to CloudWatch: 1000 for p99."""
    share = percentile(statistic)
    tail = 1 - share if share >= 0.5 else share
    return round(10 / tail, 6) if tail else math.inf
