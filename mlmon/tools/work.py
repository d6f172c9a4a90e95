"""Which generated file is for which checker."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlmon.tools.executables import Name

if TYPE_CHECKING:
    from collections.abc import Iterable

_YAML = (".yaml", ".yml")


@dataclass(frozen=True, kw_only=True)
class Work:
    """Paths of generated files, relative to the output folder, by what checks them."""

    rules: tuple[str, ...] = ()
    """Prometheus rule files."""
    scraping: tuple[str, ...] = ()
    """Whole Prometheus configurations."""
    routing: tuple[str, ...] = ()
    """Alertmanager configurations."""
    routes: tuple[str, ...] = ()
    """What those configurations have to do."""
    modules: tuple[str, ...] = ()
    """Folders that hold Terraform files."""

    @classmethod
    def of(cls, files: Iterable[str]) -> Work:
        """Sort generated paths by name; what no tool checks is left out.

        `prometheus/…` is rules, `collection/prometheus/…` configurations; `alertmanager.yaml` below `alertmanager/` is
        routing, `tests/alertmanager/routes.yaml` what it has to do; a folder with *.tf or *.tf.json files is a module.
        """
        ordered = sorted(files)
        yaml = [path for path in ordered if path.endswith(_YAML)]
        return cls(
            rules=tuple(path for path in yaml if path.startswith("prometheus/")),
            scraping=tuple(path for path in yaml if path.startswith("collection/prometheus/")),
            routing=tuple(path for path in ordered if path.startswith("alertmanager/") and _is_routing(path)),
            routes=tuple(path for path in ordered if path == "tests/alertmanager/routes.yaml"),
            modules=tuple(sorted({posixpath.dirname(path) for path in ordered if path.endswith((".tf", ".tf.json"))})),
        )

    def has(self, name: Name) -> bool:
        """Tell whether there is anything for a tool to check."""
        kinds = {
            Name.PROMTOOL: self.rules or self.scraping,
            Name.AMTOOL: self.routing,
            Name.TERRAFORM: self.modules,
        }
        return bool(kinds[name])


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]


def _is_routing(path: str) -> bool:
    return path.endswith(_YAML) and _stem(path) == "alertmanager"
