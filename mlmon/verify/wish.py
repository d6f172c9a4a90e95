"""What a check is asked to look at, and how strictly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlmon.verify.amounts import MAX_SERIES

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Wish:
    """What is to be checked. `named`: the services were asked for by name; `components`: only these, which must exist.

    `names` are what families of packs call a signal's metric, by preset and signal (mlmon.verify.families).
    """

    components: frozenset[str] = frozenset()
    named: bool = False
    strict: bool = False
    max_series: int = MAX_SERIES
    names: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
