"""Input series in promtool's notation, from what they are in each stretch of a proof."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Final

from mlmon.promql.text import equals
from mlmon.units import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlmon.targets.proofs.inputs import Stream
    from mlmon.targets.proofs.states import Grid, Span

START: Final = Decimal(1000)
"""Where counters begin: from near 0, rate() would extrapolate less than a whole window."""
_PRECISE: Final = Context(prec=12)
_ABOVE: Final = Decimal("1.000000001")
STALE: Final = "stale"
"""The marker of a series that has ended; without it, the last value is seen for five more minutes."""


@dataclass(frozen=True)
class Stretch:
    """What the input is for some ticks."""

    span: Span
    streams: tuple[Stream, ...]


def written(stretches: Sequence[Stretch], grid: Grid) -> dict[str, str]:
    """Return the values of every series, in the order in which they are first used."""
    keys = dict.fromkeys((one.metric, one.labels, one.kind) for part in stretches for one in part.streams)
    found = {}
    for metric, labels, kind in keys:
        ones = [_stream(part.streams, metric, labels) for part in stretches]
        amounts = [one.amount if one else None for one in ones]
        counts = [_samples(part.span, grid, first=index == 0) for index, part in enumerate(stretches)]
        ended = [not part.streams for part in stretches]
        slopes = [one.slope * grid.spacing if one else Decimal(0) for one in ones]
        tokens = _gauge(amounts, slopes, counts) if kind == "gauge" else _counter(amounts, counts, ended, grid.spacing)
        found[notation(metric, labels)] = " ".join(tokens)
    return found


def notation(metric: str, labels: Iterable[tuple[str, str]]) -> str:
    """Return a series the way promtool reads it."""
    pairs = dict(labels)
    return f"{metric}{equals(**pairs)}" if pairs else metric


def _stream(streams: Iterable[Stream], metric: str, labels: tuple[tuple[str, str], ...]) -> Stream | None:
    return next((one for one in streams if (one.metric, one.labels) == (metric, labels)), None)


def _samples(span: Span, grid: Grid, *, first: bool) -> int:
    """A stretch begins with the first sample after its start; the first one holds the sample at 0 as well."""
    return span.ticks * grid.per_tick + first


def _gauge(amounts: Sequence[Decimal | None], slopes: Sequence[Decimal], counts: Sequence[int]) -> Iterable[str]:
    before = None
    for index, (amount, step, count) in enumerate(zip(amounts, slopes, counts, strict=True)):
        if amount is not None and step:
            # The first stretch holds the sample at its start as well.
            first = amount if index == 0 else amount + step
            yield f"{number(first)}{'+' if step > 0 else '-'}{plain(abs(step))}x{count - 1}"
        elif amount is not None:
            yield repeated(number(amount), count)
        elif before is None:
            yield repeated("_", count)
        else:
            yield STALE
            yield from [repeated("_", count - 1)] if count > 1 else []
        before = amount


def _counter(
    amounts: Sequence[Decimal | None], counts: Sequence[int], ended: Sequence[bool], spacing: Decimal
) -> Iterable[str]:
    """A counter stands still where it has no amount, since it is still exposed; where nothing is, it ends."""
    at = START
    for amount, count, gone in zip(amounts, counts, ended, strict=True):
        if gone:
            yield from [STALE, *([repeated("_", count - 1)] if count > 1 else [])]
            continue
        step = Decimal(number((amount or Decimal(0)) * spacing))
        at = _above_noise(at)
        yield f"{number(at + step)}+{plain(step)}x{count - 1}"
        at += step * count


def _above_noise(value: Decimal) -> Decimal:
    """Raise a value that is no whole number: promtool adds floats, and a counter that falls by 1e-12 has been reset."""
    return value if value == value.to_integral_value() else value * _ABOVE


def number(value: Decimal) -> str:
    """Print a number with as many digits as a float surely holds."""
    return plain(_PRECISE.create_decimal(value))


def repeated(sample: str, count: int) -> str:
    """Write the same sample several times."""
    if sample == "_":
        return "_" if count == 1 else f"_x{count}"
    return sample if count == 1 else f"{sample}x{count - 1}"


def listed(values: Sequence[Decimal | None]) -> str:
    """Write samples one by one (None: there is none), equal ones together."""
    runs = ((value, len(list(run))) for value, run in groupby(values))
    return " ".join(repeated("_" if value is None else number(value), count) for value, count in runs)
