"""Tables of promises: a line for each SLO, and the colours that budgets have everywhere."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from mlmon.targets.grafana.drawing import Query, Step
from mlmon.targets.grafana.looks import GOOD
from mlmon.targets.grafana.tables import coloured, merged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlmon.targets.grafana.drawing import Drawing, Link

LOW: Final = Decimal("0.1")
"""Share of the budget from which on less is left than a bad day costs."""
BUDGET_STEPS: Final = (Step(None, "red"), Step(Decimal(0), "orange"), Step(LOW, GOOD))
_BURN_STEPS: Final = (Step(None, GOOD), Step(Decimal(1), "orange"), Step(Decimal(6), "red"))
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "Objective": {"unit": "percentunit", "custom.width": 90},
    "Budget left": {"unit": "percentunit", "custom.width": 105, **coloured(BUDGET_STEPS)},
    "Burn rate": {"unit": "suffix:×", "decimals": 2, "custom.width": 95, **coloured(_BURN_STEPS)},
    "Gone in": {"unit": "s", "custom.width": 110},
    "Now": {"unit": "percentunit", "decimals": 3, "custom.width": 95},
    "Bad events": {"unit": "short", "custom.width": 105},
    "Bad time": {"unit": "s", "custom.width": 105},
}


def status_table(
    description: str, asked: dict[str, str], keys: dict[str, str], links: Iterable[tuple[str, Link]] = ()
) -> Drawing:
    """Return the table of SLOs, the one with the least budget first.

    `asked` are expressions by the titles of columns, each with one sample for each value of the labels `keys`.
    """
    columns = {title: (Query(expr, instant=True, format="table"), _LOOKS[title]) for title, expr in asked.items()}
    return merged("SLO status", description, columns, keys, links=links, sort=("Budget left", False))
