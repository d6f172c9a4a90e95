"""Makes the SDK's JSON the classic dashboard that we mean: without members that Grafana does not know or read."""

from __future__ import annotations

import json
from typing import Any, Final

_DATA_LINK: Final = ("title", "url", "targetBlank")
_NOISE: Final = ("repeatDirection", "transparent")


def panel(data: dict[str, Any]) -> dict[str, Any]:
    """Return a panel without the SDK's additions."""
    kept = {key: value for key, value in data.items() if key not in _NOISE}
    if kept.get("type") == "table":
        kept["options"] = {key: value for key, value in kept["options"].items() if key != "footer"}
    if kept.get("links"):
        kept["links"] = [data_link(link) for link in kept["links"]]
    return kept


def data_link(link: dict[str, Any]) -> dict[str, Any]:
    """Return the three members that a panel's link has; the SDK writes those of a dashboard's link."""
    return {key: link[key] for key in _DATA_LINK if key in link}


def variable(data: dict[str, Any]) -> dict[str, Any]:
    """Return a variable without what only interval variables have."""
    return {key: value for key, value in data.items() if not key.startswith("auto")}


def dashboard(data: dict[str, Any]) -> dict[str, Any]:
    """Return a dashboard whose links stay in the header and whose annotations are toggled there."""
    for item in (*data.get("links", ()), *data["annotations"]["list"]):
        item.pop("placement", None)
    data["templating"]["list"] = [variable(item) for item in data["templating"]["list"]]
    return data


def dump(data: dict[str, Any]) -> str:
    """Return the text of a file; the same data gives the same bytes. Raises ValueError for NaN and infinity."""
    return json.dumps(_whole(data), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _whole(value: Any) -> Any:
    """Write whole numbers as JavaScript does, so that a dashboard saved by Grafana differs in nothing."""
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
