"""Small projects, compiled in the process."""

from pathlib import Path
from textwrap import dedent

from mlmon.diagnostics import Finding
from mlmon.packs.load import library
from mlmon.plan.build import Built, build
from mlmon.plan.model import Plan
from mlmon.spec.load import load

PROJECT = (Path(__file__).parent / "project.yaml").read_text(encoding="utf-8")
HEAD = """\
apiVersion: mlmon/v1
kind: Service
metadata: {name: fraud, team: ml, description: Scores payments.}
"""
RUNTIME = """\
runtimes:
  - preset: prometheus-client
    selector: {job: fraud}
"""


def built(folder: Path, *specs: str, project: str = PROJECT) -> Built:
    """Write the specs into a folder and build their plan."""
    (folder / "specs").mkdir(exist_ok=True)
    (folder / "mlmon.yaml").write_text(project, encoding="utf-8")
    for number, spec in enumerate(specs):
        (folder / "specs" / f"s{number}.yaml").write_text(dedent(spec), encoding="utf-8")
    return build(load(folder), library())


def plan_of(folder: Path, *specs: str, project: str = PROJECT) -> Plan:
    """Build a plan that must have no findings."""
    made = built(folder, *specs, project=project)
    assert made.findings == ()
    assert made.plan is not None
    return made.plan


def messages(findings: tuple[Finding, ...]) -> list[str]:
    """Findings as `place: message`."""
    return [f"{finding.place}: {finding.message}" for finding in findings]
