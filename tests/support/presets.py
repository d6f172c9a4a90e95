"""Services made of presets alone, for contracts that hold for every pack."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from mlmon.packs.load import library
from mlmon.packs.model import Pack
from mlmon.packs.signals import Parameter
from mlmon.plan.bind import SECTIONS
from mlmon.plan.build import Built
from tests.support.compiled import HEAD, built

SECTION_OF = {kind: section for section, kind in SECTIONS.items()}


@dataclass(frozen=True)
class Variant:
    """A preset with one family, and with its required parameters only or with all of them."""

    preset: str
    family: str | None
    full: bool

    def __str__(self) -> str:
        return "-".join((self.preset, *([self.family] if self.family else []), "full" if self.full else "short"))

    @property
    def pack(self) -> Pack:
        return library().packs[self.preset].pack

    @property
    def entry(self) -> str:
        """The preset as one line of a spec."""
        given = {
            key: _value(parameter)
            for key, parameter in self.pack.parameters.items()
            if (parameter.required or self.full) and parameter.type != "signals"
        }
        given |= {"family": self.family} if self.family else {}
        if self.pack.metadata.type == "probe":
            given = {"url": "https://x.example.org" if self.full else "http://x.example.org"}
        fields = ", ".join(f"{key}: {value}" for key, value in {"preset": self.preset, **given}.items())
        return f"  - {{{fields}}}\n"

    @property
    def spec(self) -> str:
        """A service of this preset alone."""
        return f"{HEAD}{SECTION_OF[self.pack.metadata.type]}:\n{self.entry}"


def _value(parameter: Parameter) -> str:
    if parameter.type == "selector":
        return "{job: x}"
    if parameter.type == "choice":
        return parameter.choices[0]
    if parameter.pattern and parameter.default is not None:
        return str(parameter.default)
    return "4" if parameter.type == "number" else "x"


def variants() -> Iterator[Variant]:
    """Every preset with every family, short and full."""
    for name, loaded in sorted(library().packs.items()):
        if loaded.pack.metadata.type in SECTION_OF:
            for family in sorted(loaded.pack.families) or [None]:
                yield from (Variant(name, family, full) for full in (False, True))


def everything() -> str:
    """A service with every preset, each with its last family and all parameters."""
    entries: dict[str, dict[str, str]] = {}
    for item in variants():
        if item.full:
            entries.setdefault(SECTION_OF[item.pack.metadata.type], {})[item.preset] = item.entry
    return HEAD + "".join(f"{section}:\n{''.join(presets.values())}" for section, presets in entries.items())


@cache
def plan_of_spec(spec: str) -> Built:
    """Build a spec in a folder of its own, once per process."""
    with TemporaryDirectory() as folder:
        return built(Path(folder), spec)
