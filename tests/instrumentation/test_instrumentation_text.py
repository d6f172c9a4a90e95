"""The text of generated modules: formatted, linted, typed, and old enough for Python 3.9, for every preset."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from mlmon.targets.instrumentation import render
from tests.instrumentation.modules import EMF_SPEC, REGEX_SPEC, SPEC, imported
from tests.support.compiled import HEAD, plan_of
from tests.support.fleet import ROOT, fleet
from tests.support.presets import everything, plan_of_spec, variants

INSTRUMENTED = [item for item in variants() if item.pack.metadata.instrumented]
MYPY = """\
[mypy]
strict = True
python_version = 3.10
"""
"""The oldest Python that mypy knows."""


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr if done.returncode else ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Modules of the fleet, of each instrumented preset, of everything at once, and of names of a service's own."""
    made = tmp_path_factory.mktemp("modules")
    sources = {"fleet": render(fleet())}
    specs = {str(item).replace("-", "_"): item.spec for item in INSTRUMENTED}
    for name, spec in {**specs, "everything": everything()}.items():
        plan = plan_of_spec(spec).plan
        assert plan is not None
        sources[name] = render(plan)
    for name, spec in {"usual": SPEC, "own": REGEX_SPEC, "emf": EMF_SPEC}.items():
        sources[name] = render(plan_of(tmp_path_factory.mktemp("plan"), spec))
    for name, files in sources.items():
        for path, source in files.items():
            (made / f"{name}_{Path(path).name}").write_text(source, encoding="utf-8")
    return made


def test_every_instrumented_preset_has_a_module(folder: Path) -> None:
    assert len(INSTRUMENTED) == 12
    found = {path.stem.removesuffix("_fraud") for path in folder.glob("*.py")}
    assert {str(item).replace("-", "_") for item in INSTRUMENTED} <= found


@pytest.mark.parametrize("width", ["88", "100", "120"])
def test_ruff_changes_nothing(folder: Path, width: str) -> None:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", "--line-length", width, "."]
    assert run(*command, folder=folder) == ""


def test_ruff_finds_nothing(folder: Path) -> None:
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache"]
    assert run(*ruff, "--config", str(ROOT / "pyproject.toml"), ".", folder=folder) == ""
    rules = ["--select", "E4,E7,E9,F,I,UP,B,SIM,RET,PL,C4,N,D1", "--ignore", "D105,D107,PLR0913"]
    assert run(*ruff, "--isolated", "--target-version", "py39", *rules, ".", folder=folder) == ""


def test_mypy_is_content(folder: Path) -> None:
    (folder / "mypy.ini").write_text(MYPY)
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(folder / ".cache"), "--config-file", "mypy.ini"]
    assert run(*command, *(path.name for path in folder.glob("*.py")), folder=folder) == ""


def refusal_of_python_3_9(source: str) -> str:
    """What the grammar of Python 3.9 has against a module; empty if nothing."""
    try:
        ast.parse(source, feature_version=(3, 9))
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    return ""


def test_python_3_9_reads_it(folder: Path) -> None:
    refusals = {path.name: refusal_of_python_3_9(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")}
    assert {name: refusal for name, refusal in refusals.items() if refusal} == {}
    assert refusal_of_python_3_9("match 1:\n    case _: ...\n").startswith("line 2: Pattern matching")


def test_a_service_whose_server_exposes_metrics_gets_no_module(tmp_path: Path) -> None:
    assert render(plan_of(tmp_path, f"{HEAD}runtimes:\n  - {{preset: vllm, selector: {{job: x}}}}\n")) == {}


def test_components_of_one_kind_have_classes_of_their_own(tmp_path: Path) -> None:
    spec = f"""{HEAD}
runtimes:
  - {{preset: prometheus-client, selector: {{job: a}}}}
  - {{preset: prometheus-client, name: shadow, selector: {{job: b}}}}
pipelines:
  - {{preset: batch-job, name: nightly-scoring, job: x}}
"""
    module = imported(render(plan_of(tmp_path, spec))["instrumentation/fraud.py"])
    classes = {
        name for name, item in vars(module).items() if isinstance(item, type) and item.__module__ == module.__name__
    }
    assert {"Serving", "ServingShadow", "JobNightlyScoring"} <= classes


def test_a_pack_that_extends_an_instrumented_one_is_instrumented() -> None:
    from mlmon.packs.extend import extended
    from mlmon.packs.load import library

    base = library().packs["prometheus-client"]
    own = base.pack.model_copy(update={"metadata": base.pack.metadata.model_copy(update={"instrumented": False})})
    made, _ = extended(base, type(base)(own, base.document, {}))
    assert made.pack.metadata.instrumented


@pytest.mark.parametrize(("service", "file"), [("fraud-detector", "fraud_detector.py"), ("class", "class_.py")])
def test_file_names(tmp_path: Path, service: str, file: str) -> None:
    files = render(plan_of(tmp_path, SPEC.replace("name: fraud,", f"name: {service},")))
    assert list(files) == [f"instrumentation/{file}"]
