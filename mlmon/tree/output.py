"""Where the folder is, what it is called in findings, and the names beside it that a run uses while it writes."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Output:
    """The generated folder."""

    path: Path
    """Absolute, with every link but the last component resolved."""
    name: str
    """As people know it; stands in findings, where a machine's own paths have no place."""

    @classmethod
    def at(cls, root: Path, name: str) -> Output:
        """Locate a folder that need not exist; without a name a relative path is shown as it was given."""
        # Not Path.resolve(), which raises on a loop of links; whoever opens the path gets to say that.
        named = root.name not in {"", ".."}
        path = Path(os.path.realpath(root.parent), root.name) if named else Path(os.path.realpath(root))
        shown = name or (path.name if root.is_absolute() else root.as_posix())
        return cls(path, shown)

    @property
    def lock(self) -> Path:
        """The file that a writing run holds locked."""
        return self._beside("lock")

    @property
    def staging(self) -> Path:
        """Where this process builds the new folder, and where the old one ends up."""
        return self._beside(f"new-{os.getpid()}")

    @property
    def aside(self) -> Path:
        """Where this process puts the old folder for the moment between two renames."""
        return self._beside(f"old-{os.getpid()}")

    def set_aside(self) -> list[Path]:
        """Return the complete old folders that runs killed between two renames left behind."""
        return [path for kind, _, path in self._temporaries() if kind == "old"]

    def dead(self) -> list[Path]:
        """Return temporary folders of runs that are gone.

        This process' own number counts as gone: in containers a killed run and the next often have the same one.
        """
        return [path for _, pid, path in self._temporaries() if pid == os.getpid() or not _alive(pid)]

    def shown(self, filename: object) -> str:
        """Return a path from an OSError the way findings name it: inside the folder, beside it, or the folder."""
        path = Path(os.fsdecode(filename)) if isinstance(filename, str | bytes | os.PathLike) else self.path
        for home in (self.path, self.staging, self.aside):
            if path.is_relative_to(home):
                return (Path(self.name) / path.relative_to(home)).as_posix()
        return self.beside(path) if path.parent == self.path.parent else self.name

    def beside(self, path: Path) -> str:
        """Return the name in findings of something in the folder that holds this one."""
        return (Path(self.name).parent / path.name).as_posix()

    def _beside(self, suffix: str) -> Path:
        return self.path.parent / f".{self.path.name}.mlmon-{suffix}"

    def _temporaries(self) -> list[tuple[str, int, Path]]:
        pattern = re.compile(re.escape(self._beside("").name) + r"(new|old)-([0-9]{1,9})")
        if not self.path.parent.is_dir():
            return []
        names = [pattern.fullmatch(name) for name in sorted(os.listdir(self.path.parent))]
        return [(found[1], int(found[2]), self.path.parent / found[0]) for found in names if found]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
