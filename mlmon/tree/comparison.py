"""Comparing the folder with what is generated, for those who only look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.tree.contents import encode
from mlmon.tree.difference import Difference, survey
from mlmon.tree.failures import unreadable
from mlmon.tree.leftovers import restore
from mlmon.tree.output import Output

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def compare(root: Path, files: Mapping[str, str], *, root_name: str = "") -> Difference:
    """Tell how the folder differs from the generated files, given as text by relative POSIX path.

    Changes nothing, except that a folder which a killed run had set aside is put back first. `root_name` is what the
    folder is called in findings; left out, it is `root` as given, or its last component when `root` is absolute.
    Never raises for what is on the disk: `Difference.problems` says why a comparison was not possible.
    """
    output = Output.at(root, root_name)
    contents, problems = encode(files, output.name)
    try:
        problems = problems or restore(output)
        if not problems:
            return survey(output, contents).difference
    except OSError as error:
        problems = [unreadable(output, error)]
    return Difference(problems=tuple(problems), root_name=output.name)
