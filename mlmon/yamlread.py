"""Reading YAML with PyYAML's safe loader, the one in C where it is built."""

from __future__ import annotations

from typing import Any, Final

import yaml

LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""What `yaml.parse` and `yaml.compose` are to read with."""


def read_yaml(text: str) -> Any:
    """Return what a document holds. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=LOADER)  # noqa: S506  a safe one
