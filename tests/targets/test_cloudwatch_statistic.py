"""The grammar of CloudWatch's extended statistics."""

import pytest

from mlmon.targets.cloudwatch.statistic import is_extended, is_percentile

EXTENDED = ["p0", "p99", "p99.9", "p99.99", "p100", "tm90", "tc0.5", "ts80", "wm98", "IQM", "PR(:0.5)", "PR(10:20)"]
EXTENDED += ["TM(5%:95%)", "TM(:95%)", "TC(0.005:0.03)", "TS(80%:)", "WM(10%:100%)", "TM(150:1000)"]
UNKNOWN = ["", "p", "P99", "p101", "p100.5", "p99.999", "p-1", "99p", "p99 ", "p99\n", "Sum", "iqm", "pr90"]
UNKNOWN += [
    "TM(:)",
    "TM(%:%)",
    "TM(5%:95)",
    "TM(95%:5%)",
    "TM(5:5)",
    "TM(0%:101%)",
    "PR(5%:10%)",
    "PR(:)",
    "tm(5%:95%)",
]


@pytest.mark.parametrize("statistic", EXTENDED)
def test_extended_statistics(statistic: str) -> None:
    assert is_extended(statistic)
    assert is_percentile(statistic) == statistic.startswith("p")


@pytest.mark.parametrize("statistic", UNKNOWN)
def test_what_is_no_extended_statistic(statistic: str) -> None:
    assert not is_extended(statistic)
    assert not is_percentile(statistic)
