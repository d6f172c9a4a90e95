"""Text that would break out of Python, or out of the exposition format, arrives as it was written."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from mlmon.packs.load import library
from mlmon.plan.build import build
from mlmon.spec.load import load
from mlmon.targets.instrumentation import render
from mlmon.targets.instrumentation.python import docstring, identifier, prose, string
from tests.instrumentation.modules import imported
from tests.support.compiled import PROJECT

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\"'\\{}%$\n\t#()[]`äß漢🎉\u202e\u2028\xa0\x7f"), st.characters(exclude_categories=["Cs"])
    ),
    min_size=1,
    max_size=40,
)
# What a spec refuses anyway: control characters and texts of nothing but space.
WRITABLE = HOSTILE.map(str.strip).filter(lambda text: text and not any(ord(letter) < 32 for letter in text))

# A signal of another name than the runtime's own: one of those would replace what the runtime knows.
OWN = WRITABLE.filter(lambda name: name not in library().packs["prometheus-client"].pack.signals)


@given(HOSTILE)
def test_strings_evaluate_to_what_they_quote(text: str) -> None:
    assert ast.literal_eval(string(text)) == text
    assert ast.literal_eval(f"({prose(text * 9, 12)})") == text * 9


@given(HOSTILE, st.integers(0, 8))
def test_docstrings_end_where_they_should(text: str, indent: int) -> None:
    body = "\n".join(docstring(f"Says {text}.", indent))
    tree = ast.parse(f"{body}\nx = 1" if not indent else f"def f():\n{body}\n{' ' * indent}x = 1")
    statements = tree.body if not indent else tree.body[0].body  # type: ignore[attr-defined]
    assert [type(statement).__name__ for statement in statements] == ["Expr", "Assign"]


@given(HOSTILE)
def test_identifiers(text: str) -> None:
    assert identifier(text).isidentifier()


def modules(spec: dict[str, Any]) -> str:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "specs").mkdir()
        (folder / "mlmon.yaml").write_text(PROJECT, encoding="utf-8")
        (folder / "specs" / "s.yaml").write_text(
            yaml.safe_dump(spec, allow_unicode=True, default_style='"'), encoding="utf-8"
        )
        made = build(load(folder), library())
    assert made.findings == ()
    assert made.plan is not None
    (source,) = render(made.plan).values()
    return source


def spec_of(model: str, job: str, help_text: str, signal: str) -> dict[str, Any]:
    own = {
        "kind": "counter",
        "unit": "things",
        "help": help_text,
        "prometheus": {"metric": "things_total", "matchers": {"what": job}},
    }
    return {
        "apiVersion": "mlmon/v1",
        "kind": "Service",
        "metadata": {"name": "hostile", "team": "ml", "description": help_text},
        "model": {"name": model},
        "runtimes": [
            {
                "preset": "prometheus-client",
                "selector": {"job": job},
                "family": "model_inference",
                "signals": {signal: own},
            }
        ],
        "quality": [{"preset": "model-quality", "model": model}],
        "pipelines": [{"preset": "batch-job", "job": job}],
    }


@settings(max_examples=25, deadline=None)
@example("%", "100%", "%s", "%(x)")
@given(WRITABLE, WRITABLE, WRITABLE, OWN)
def test_labels_arrive_as_they_were_written(model: str, job: str, help_text: str, signal: str) -> None:
    source = modules(spec_of(model, job, help_text, signal))
    module = imported(source)
    serving, quality = module.Serving(version='v"1\\\n', registry=CollectorRegistry()), module.Quality(version="1")
    with serving.inference():
        pass
    (count,) = (name for name in dir(serving) if name.startswith("count_") and name != "count_imputed_features")
    getattr(serving, count)()
    quality.set_accuracy(0.5)
    page = generate_latest(serving.registry).decode() + generate_latest(quality.registry).decode()
    found = {
        (sample.name, tuple(sorted(sample.labels.items())))
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
    request = (("model_name", model), ("model_version", 'v"1\\\n'), ("status", "success"))
    assert ("model_inference_requests_total", request) in found
    assert ("things_total", (("what", job),)) in found
    assert ("model_accuracy", (("model_name", model), ("model_version", "1"))) in found
    assert module.Job._grouping["job"] == job


NASTY = ['a"b', "it's", "both ' and \"", "\\", '"""', "%s %(x)s {y}", "ü 🎉 漢字 " * 6, "x" * 130, "\u202eabc", "#"]


@pytest.mark.parametrize("width", ["88", "120"])
def test_hostile_text_is_formatted_as_well(tmp_path: Path, width: str) -> None:
    for index, text in enumerate(NASTY):
        source = modules(spec_of(text, text, text, text))
        (tmp_path / f"m{index}.py").write_text(source, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", width, "--diff", "."]
    done = subprocess.run(ruff, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "", json.dumps(done.stderr)


def test_labels_that_differ_in_case_are_two() -> None:
    spec = spec_of("m", "job", "Counts things.", "own things")
    spec["runtimes"][0]["signals"]["own things"]["prometheus"]["labels"] = {"Code": "Code", "code": "code"}
    made = imported(modules(spec))
    serving = made.Serving(version="1", registry=CollectorRegistry())
    serving.count_own_things(Code="a", code="b")
    assert 'things_total{Code="a",code="b",what="job"} 1.0' in generate_latest(serving.registry).decode()
