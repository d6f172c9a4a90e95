"""The generated folder on disk: what differs from the generated text, and replacing the whole folder in one step.

Only files listed in the folder's manifest belong to mlmon. Nothing else is ever changed or removed, and a failure or a
kill at any moment leaves the old folder or the new one, never a mixture.
"""

from mlmon.tree.comparison import compare
from mlmon.tree.difference import Difference
from mlmon.tree.manifest import MANIFEST
from mlmon.tree.wording import explain
from mlmon.tree.writing import write

__all__ = ["MANIFEST", "Difference", "compare", "explain", "write"]
