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
    tests: tuple[str, ...] = ()
    """promtool unit tests of those rules."""
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

        `prometheus/…` is rules, but `*.test.yaml`, `*_test.yaml` and folders `tests` unit tests, and `prometheus.yaml`
        a configuration, as everything in `collection/prometheus/` is; `alertmanager.yaml` below `alertmanager/` is
        routing, `tests/alertmanager/routes.yaml` what it has to do; a folder with *.tf or *.tf.json files is a module.
        """
        ordered = sorted(files)
        yaml = [path for path in ordered if path.endswith(_YAML) and path.startswith("prometheus/")]
        tests = [path for path in yaml if _is_test(path)]
        scraping = [path for path in yaml if _stem(path) == "prometheus"]
        collecting = [path for path in ordered if path.endswith(_YAML) and path.startswith("collection/prometheus/")]
        return cls(
            rules=tuple(path for path in yaml if path not in {*tests, *scraping}),
            tests=tuple(tests),
            scraping=(*scraping, *collecting),
            routing=tuple(path for path in ordered if path.startswith("alertmanager/") and _is_routing(path)),
            routes=tuple(path for path in ordered if path == "tests/alertmanager/routes.yaml"),
            modules=tuple(sorted({posixpath.dirname(path) for path in ordered if path.endswith((".tf", ".tf.json"))})),
        )

    def has(self, name: Name) -> bool:
        """Tell whether there is anything for a tool to check."""
        kinds = {
            Name.PROMTOOL: self.rules or self.tests or self.scraping,
            Name.AMTOOL: self.routing,
            Name.TERRAFORM: self.modules,
        }
        return bool(kinds[name])


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]


def _is_test(path: str) -> bool:
    return "tests" in path.split("/")[:-1] or _stem(path).endswith((".test", ".tests", "_test", "_tests"))


def _is_routing(path: str) -> bool:
    return path.endswith(_YAML) and _stem(path) == "alertmanager"
