"""Packs of an organisation's own: the documented example works, and what it changes is changed."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlmon.cli import app
from mlmon.compiler import Compiled, compile_workspace
from mlmon.packs.load import library
from mlmon.packs.own import library_of
from mlmon.spec.load import load
from tests.support import archive

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "packs.md").read_text(encoding="utf-8")
PROJECT = (HERE.parent / "support" / "project.yaml").read_text(encoding="utf-8")
EXAMPLE = dict(re.findall(r"^`(\S+)`:\n\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture
def example(tmp_path: Path) -> Path:
    archive.unpack({"mlmon.yaml": PROJECT, **EXAMPLE}, tmp_path)
    return tmp_path


def compiled(root: Path) -> Compiled:
    made = compile_workspace(root)
    assert made.findings == ()
    return made


def test_page_has_the_files_of_its_example() -> None:
    assert sorted(EXAMPLE) == [
        "packs/acme-serving.md", "packs/acme-serving.yaml", "packs/application.yaml", "specs/pricing.yaml"
    ]  # fmt: skip


def test_runtime_of_ones_own_has_what_it_extends_and_what_it_adds(example: Path) -> None:
    plan = compiled(example).plan
    assert plan is not None
    names = {alert.name for alert in plan.alerts}
    assert {"ColdStartsHigh", "HighErrorRatio", "ServiceDown"} <= names
    assert "Cold starts" in {panel.title for panel in plan.services[0].panels}


def test_own_text_joins_the_runbook(example: Path) -> None:
    files = compiled(example).files
    assert "raise its `keep_warm`" in files["runbooks/pricing/ColdStartsHigh.md"]


def test_changed_defaults_hold_and_what_is_left_out_is_gone(example: Path) -> None:
    plan = compiled(example).plan
    assert plan is not None
    found = {alert.severity: str(alert.threshold) for alert in plan.alerts if alert.name == "HighFallbackRatio"}
    assert found == {"page": "0.1", "ticket": "0.02"}
    assert "FileDescriptorsNearlyUsed" not in {alert.name for alert in plan.alerts}


def test_overridden_alert_keeps_its_place_and_its_runbook(example: Path) -> None:
    shipped, own = library().packs["application"], library_of(example, load(example)).packs["application"]
    kept = [entry.name for entry in shipped.pack.alerts if entry.name != "FileDescriptorsNearlyUsed"]
    assert [entry.name for entry in own.pack.alerts] == kept
    assert own.runbooks["HighFallbackRatio"] == shipped.runbooks["HighFallbackRatio"]


def test_alerts_of_the_example_are_proven(example: Path) -> None:
    result = CliRunner().invoke(app, ["test", "--root", str(example)])
    assert result.exit_code == 0, result.output
    assert re.search(r"^pricing +\d+ +\d+ .* ok$", result.output, re.MULTILINE)


def test_packs_without_a_workspace_are_the_shipped_ones(tmp_path: Path) -> None:
    assert library_of(tmp_path, load(tmp_path)) is library()


def test_folder_named_in_the_project_is_read(tmp_path: Path) -> None:
    files = {path.replace("packs/", "shared-packs/"): text for path, text in EXAMPLE.items()}
    project = PROJECT.replace("outputs:", "packs: [shared-packs]\noutputs:")
    archive.unpack({"mlmon.yaml": project, **files}, tmp_path)
    assert "ColdStartsHigh" in {alert.name for alert in compiled(tmp_path).plan.alerts}  # type: ignore[union-attr]


def test_without_leaves_a_signal_out(example: Path) -> None:
    path = example / "packs" / "acme-serving.yaml"
    text = path.read_text(encoding="utf-8").replace("  extends:", "  without: [fallbacks]\n  extends:")
    path.write_text(text, encoding="utf-8")
    plan = compiled(example).plan
    assert plan is not None
    assert plan.services[0].components[0].signal("fallbacks") is None
    assert "HighFallbackRatio" not in {alert.name for alert in plan.alerts}


def test_replaced_pack_takes_nothing_over(example: Path) -> None:
    text = (example / "packs" / "application.yaml").read_text(encoding="utf-8")
    text = text.replace("  extends: application\n  without: [FileDescriptorsNearlyUsed]\n", "  replaces: application\n")
    (example / "packs" / "application.yaml").write_text(text, encoding="utf-8")
    found = library_of(example, load(example)).packs["application"].pack
    assert [entry.name for entry in found.alerts] == ["HighFallbackRatio"]


def test_commands_know_own_packs(example: Path) -> None:
    listed = CliRunner().invoke(app, ["packs", "list", "--root", str(example)])
    assert "acme-serving" in listed.output
    shown = CliRunner().invoke(app, ["packs", "show", "acme-serving", "--root", str(example)])
    assert "acme_cold_starts_total" in shown.output
    assert "HighErrorRatio" in shown.output
    schema = CliRunner().invoke(app, ["schema", "--root", str(example)])
    assert '"const": "acme-serving"' in schema.output
