"""A project for the commands of these tests."""

from pathlib import Path

import pytest

from tests.verify.command import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project, and no proxy or credentials from outside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.delenv("PROMETHEUS_TOKEN_FILE", raising=False)
    return Project(tmp_path)
