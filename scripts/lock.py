"""Resolves pyproject.toml's dependencies anew and writes requirements.lock."""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEADER = "# Exact versions of all that mlmon runs, builds and is tested with. Written by `make lock`.\n"


def wanted() -> list[str]:
    """All requirements that pyproject.toml names: to run, to build, to develop."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [
        *project["project"]["dependencies"],
        *project["build-system"]["requires"],
        *project["dependency-groups"]["dev"],
    ]


def resolve(requirements: list[str]) -> dict[str, str]:
    """Name to version of what pip would install into an empty environment."""
    with tempfile.NamedTemporaryFile() as report:
        options = ["--quiet", "--dry-run", "--ignore-installed", "--report", report.name]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, *requirements], check=True)
        found = [item["metadata"] for item in json.load(report)["install"]]
    return {re.sub(r"[-_.]+", "-", item["name"]).lower(): item["version"].removeprefix("v") for item in found}


if __name__ == "__main__":
    pins = sorted(resolve(wanted()).items())
    (ROOT / "requirements.lock").write_text(HEADER + "".join(f"{name}=={version}\n" for name, version in pins))
