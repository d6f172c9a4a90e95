"""A small project of its own, and `mlmon verify` over it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from mlmon.cli import app
from tests.support.compiled import PROJECT


@dataclass(frozen=True)
class Project:
    """A folder with mlmon.yaml, where specs are written one at a time."""

    root: Path

    def run(self, spec: str, *arguments: str, stdin: bytes | None = None) -> Result:
        """Verify the service of a spec."""
        (self.root / "specs").mkdir(exist_ok=True)
        (self.root / "mlmon.yaml").write_text(PROJECT, encoding="utf-8")
        (self.root / "specs" / "fraud.yaml").write_text(spec, encoding="utf-8")
        return CliRunner().invoke(app, ["verify", *arguments], catch_exceptions=False, input=stdin)

    def json(self, spec: str, *arguments: str) -> dict[str, Any]:
        """The answer as data; it must not end with "could not be asked"."""
        result = self.run(spec, "--format", "json", *arguments)
        assert result.exit_code in {0, 1}, result.output
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    def page(self, text: str, name: str = "page.txt") -> str:
        """Write a page; return its path as an argument."""
        (self.root / name).write_text(text, encoding="utf-8")
        return name
