"""All forms of quantities by the names that packs use."""

from __future__ import annotations

from mlmon.plan import baselines, moments, quantities, trends
from mlmon.plan.quantities import Quantity

FORMS: dict[str, type[Quantity]] = {
    kind.form: kind
    for module in (quantities, moments, baselines, trends)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Quantity) and kind.form
}
"""Every form there is; adding one takes no entry here."""
