"""Tables of promises: a line for each SLO, and the colours that budgets have everywhere."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from mlmon.targets.grafana.drawing import Drawing, Override, Query, Step
from mlmon.targets.grafana.looks import GOOD

if TYPE_CHECKING:
    from mlmon.targets.grafana.drawing import Link

LOW: Final = Decimal("0.1")
"""Share of the budget from which on less is left than a bad day costs."""
BUDGET_STEPS: Final = (Step(None, "red"), Step(Decimal(0), "orange"), Step(LOW, GOOD))
BURN_STEPS: Final = (Step(None, GOOD), Step(Decimal(1), "orange"), Step(Decimal(6), "red"))


def status_table(
    title: str, description: str, asked: dict[str, str], keys: dict[str, str], links: dict[str, Link] | None = None
) -> Drawing:
    """Return a table with a line for each value of the labels `keys`, and a column for each expression."""
    refs = {f"Value #{chr(ord('A') + index)}": column for index, column in enumerate(asked)}
    order = [*keys, *refs]
    looks: dict[str, dict[str, Any]] = {
        "Objective": {"unit": "percentunit", "custom.width": 90},
        "Budget left": {"unit": "percentunit", "custom.width": 105, **coloured(BUDGET_STEPS)},
        "Burn rate": {"unit": "suffix:×", "decimals": 2, "custom.width": 95, **coloured(BURN_STEPS)},
        "Gone in": {"unit": "s", "custom.width": 110},
        "Now": {"unit": "percentunit", "decimals": 3, "custom.width": 95},
        "Bad events": {"unit": "short", "custom.width": 105},
        "Bad time": {"unit": "s", "custom.width": 105},
    }
    overrides = [Override(column, looks[column]) for column in asked if column in looks]
    overrides += [
        Override(column, {"links": [{"title": link.title, "url": link.url}]}) for column, link in (links or {}).items()
    ]
    return Drawing(
        kind="table",
        title=title,
        description=description,
        unit="short",
        targets=tuple(Query(expr, instant=True, format="table") for expr in asked.values()),
        no_value="-",
        overrides=tuple(overrides),
        transformations=(
            ("merge", {}),
            (
                "organize",
                {
                    "excludeByName": {
                        "Time": True,
                        "__name__": True,
                        **({} if "service" in keys else {"service": True}),
                    },
                    "indexByName": {name: index for index, name in enumerate(order)},
                    "renameByName": keys | refs,
                },
            ),
        ),
        sort=("Budget left", False) if "Budget left" in asked else None,
    )


def coloured(steps: tuple[Step, ...]) -> dict[str, Any]:
    """Return the properties of a column whose numbers take the steps' colours."""
    found = [{"color": step.colour, "value": None if step.value is None else float(step.value)} for step in steps]
    return {"thresholds": {"mode": "absolute", "steps": found}, "custom.cellOptions": {"type": "color-text"}}
