import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tools_helpers import Script

from mlmon.diagnostics import Place, Severity
from mlmon.tools import terraform
from mlmon.tools.executables import Name, Tool
from mlmon.tools.staged import Staged

GOOD = 'locals {\n  name = "a"\n}\n'
AWS = (
    "terraform {\n  required_providers {\n"
    '    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n\nresource "aws_sns_topic" "page" {\n}\n'
)
NEEDS_INIT = json.dumps(
    {
        "diagnostics": [
            {
                "severity": "error",
                "summary": "Missing required provider",
                "detail": "You may be able to install it automatically by running: terraform init",
            }
        ]
    }
)
FINE = json.dumps({"diagnostics": []})


@pytest.fixture(autouse=True)
def _no_registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test downloads anything: providers come from an empty folder."""
    (tmp_path / "mirror").mkdir()
    (tmp_path / "cli.rc").write_text(
        f'provider_installation {{\n  filesystem_mirror {{ path = "{tmp_path}/mirror" }}\n}}\n'
    )
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "cli.rc"))
    for name in ("TF_REATTACH_PROVIDERS", "TF_PLUGIN_CACHE_DIR", "TF_CLI_ARGS", "TF_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def staged(tmp_path: Path) -> Staged:
    (tmp_path / "out" / "cloudwatch").mkdir(parents=True)
    return Staged(tmp_path / "out", "generated")


def write(staged: Staged, path: str, text: str) -> None:
    (staged.root / path).parent.mkdir(exist_ok=True)
    (staged.root / path).write_text(text)


def test_layout(real: Callable[[Name], Tool], staged: Staged) -> None:
    write(staged, "cloudwatch/good.tf", GOOD)
    write(staged, "cloudwatch/bad.tf", 'locals {\n  name   = "a"\n  longer = 1\n  x = 2\n}\n')
    write(staged, "budgets/also bad.tf", "locals {\na = 1\n}\n")
    found = terraform.check_format(real(Name.TERRAFORM), staged, ["budgets", "cloudwatch"])
    assert [(str(finding.place), finding.severity) for finding in found] == [
        ("generated/budgets/also bad.tf:2:1", Severity.ERROR),
        ("generated/cloudwatch/bad.tf:4:1", Severity.ERROR),
    ]
    assert found[0].message == "not formatted as `terraform fmt` does it, which writes `a = 1`"
    assert terraform.check_format(real(Name.TERRAFORM), staged, []) == []


def test_syntax(real: Callable[[Name], Tool], staged: Staged) -> None:
    write(staged, "cloudwatch/bad.tf", "locals {\n  a =\n}\n")
    (finding,) = terraform.check_format(real(Name.TERRAFORM), staged, ["cloudwatch"])
    assert (finding.rule, str(finding.place)) == ("terraform-fmt", "generated/cloudwatch/bad.tf:2:1")
    assert finding.message.startswith("Invalid expression: Expected the start of an expression")


def test_validity(real: Callable[[Name], Tool], staged: Staged) -> None:
    write(staged, "cloudwatch/a.tf", "output {\n}\n")
    write(staged, "cloudwatch/b.tf", 'output "x" {\n  value = local.nothing\n}\n')
    found = terraform.validate(real(Name.TERRAFORM), staged, "cloudwatch")
    assert str(found[0].place) == "generated/cloudwatch/a.tf:1:8"
    assert {finding.rule for finding in found} == {"terraform-validate"}
    write(staged, "cloudwatch/a.tf", GOOD)
    (finding,) = terraform.validate(real(Name.TERRAFORM), staged, "cloudwatch")
    assert finding.place == Place("generated/cloudwatch/b.tf", 2, 11)
    assert "undeclared local value" in finding.message


def test_a_good_module_without_providers_is_valid(real: Callable[[Name], Tool], staged: Staged) -> None:
    write(staged, "cloudwatch/a.tf", GOOD)
    before = sorted(staged.root.rglob("*"))
    assert terraform.validate(real(Name.TERRAFORM), staged, "cloudwatch") == []
    assert sorted(staged.root.rglob("*")) == before


def test_a_provider_that_cannot_be_had_is_a_note(real: Callable[[Name], Tool], staged: Staged) -> None:
    write(staged, "cloudwatch/main.tf", AWS)
    (finding,) = terraform.validate(real(Name.TERRAFORM), staged, "cloudwatch")
    assert finding.severity is Severity.NOTE
    assert finding.message.startswith("terraform validate not done: Failed to query available provider packages: ")
    assert finding.place == Place("generated/cloudwatch")
    assert "/tmp" not in finding.message


def test_errors_show_even_without_the_provider(real: Callable[[Name], Tool], staged: Staged) -> None:
    write(staged, "cloudwatch/main.tf", AWS + AWS[AWS.index("resource") :])
    (finding,) = terraform.validate(real(Name.TERRAFORM), staged, "cloudwatch")
    assert finding.message.startswith('Duplicate resource "aws_sns_topic" configuration')


def fake(script: Script, log: Path, *cases: str) -> Tool:
    """A terraform that notes its calls and answers by them."""
    return script(f'echo "$1" >> {log}\ncase $1 in\n{" ".join(cases)}\nesac', Name.TERRAFORM)


def test_no_init_where_validate_needs_none(script: Script, staged: Staged, tmp_path: Path) -> None:
    tool = fake(script, tmp_path / "log", f"validate) echo '{FINE}';;")
    assert terraform.validate(tool, staged, "cloudwatch") == []
    assert (tmp_path / "log").read_text() == "validate\n"


def test_validated_again_after_init(script: Script, staged: Staged, tmp_path: Path) -> None:
    done = tmp_path / "done"
    tool = fake(
        script,
        tmp_path / "log",
        f"init) touch {done};;",
        f"validate) if [ -e {done} ]; then echo '{FINE}'; else echo '{NEEDS_INIT}'; exit 1; fi;;",
    )
    assert terraform.validate(tool, staged, "cloudwatch") == []
    assert (tmp_path / "log").read_text() == "validate\ninit\nvalidate\n"


def test_an_init_that_did_not_help_is_a_note(script: Script, staged: Staged, tmp_path: Path) -> None:
    tool = fake(script, tmp_path / "log", "init) :;;", f"validate) echo '{NEEDS_INIT}'; exit 1;;")
    (finding,) = terraform.validate(tool, staged, "cloudwatch")
    assert finding.message == "terraform validate not done: terraform init exited with 0"


def test_an_init_that_hangs_is_a_note(script: Script, staged: Staged, tmp_path: Path) -> None:
    tool = fake(script, tmp_path / "log", "init) sleep 60;;", f"validate) echo '{NEEDS_INIT}'; exit 1;;")
    (finding,) = terraform.validate(tool, staged, "cloudwatch", init_timeout=0.3)
    assert finding.severity is Severity.NOTE
    assert finding.message == "terraform validate not done: terraform init did not finish within 0.3 s"


def test_what_is_not_terraform(script: Script, staged: Staged) -> None:
    for body in (f"echo '{FINE}'; exit 1", "echo '[1]'", "echo '{\"diagnostics\": [{}]}'", "echo nonsense", ":"):
        (finding,) = terraform.validate(script(body, Name.TERRAFORM), staged, "cloudwatch")
        assert finding.rule == "tool-failed", body
    (finding,) = terraform.check_format(script("echo oops; exit 9", Name.TERRAFORM), staged, ["cloudwatch"])
    assert finding.message == "terraform fmt exited with 9: oops"


def test_the_environment_keeps_providers_and_drops_what_changes_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("TF_REATTACH_PROVIDERS", "TF_PLUGIN_CACHE_DIR"):
        monkeypatch.setenv(name, "kept")
    for name in ("TF_CLI_ARGS", "TF_CLI_ARGS_validate", "TF_WORKSPACE", "TF_LOG", "TF_DATA_DIR"):
        monkeypatch.setenv(name, "dropped")
    environment = terraform.environment(tmp_path)
    assert "dropped" not in environment.values()
    assert environment["TF_REATTACH_PROVIDERS"] == environment["TF_PLUGIN_CACHE_DIR"] == "kept"
    assert environment["TF_CLI_CONFIG_FILE"].endswith("cli.rc")
    assert (environment["CHECKPOINT_DISABLE"], environment["TF_IN_AUTOMATION"]) == ("1", "1")
    assert environment["TF_DATA_DIR"] == str(tmp_path)
