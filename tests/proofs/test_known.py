"""What a run of the proofs leaves for the next one: what has succeeded, whatever happens in between."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mlmon.plan.model import Plan
from mlmon.proving.fleet import prove_new, prove_plan
from mlmon.proving.known import Known
from mlmon.proving.run import Prover
from mlmon.remembered import Kept, key
from mlmon.targets import prometheus, proofs
from mlmon.targets.proofs import proof_files
from mlmon.tools.executables import Name, Tool
from tests.support.compiled import HEAD, plan_of

SMALL = HEAD + "pipelines:\n  - {preset: kubernetes-cronjob, namespace: ml, cronjob: nightly}\n"
ONE, TWO, THREE = (key(name) for name in ("one", "two", "three"))


def noted(kept: Kept, *names: str, succeeded: bool = True, most: int = 100) -> None:
    """One run."""
    known = Known(kept, most)
    for name in names:
        known.note(name, succeeded=succeeded)
    known.keep()


def known_in(kept: Kept) -> set[str]:
    known = Known(kept)
    return {name for name in (ONE, TWO, THREE) if known.has(name)}


def test_what_has_succeeded_is_known_to_the_next_run_and_what_others_did_stays(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "folder")
    assert known_in(kept) == set()
    noted(kept, ONE)
    noted(kept, TWO)
    assert known_in(kept) == {ONE, TWO}


def test_a_failure_is_no_longer_known(tmp_path: Path) -> None:
    noted(Kept(tmp_path), ONE, TWO)
    noted(Kept(tmp_path), TWO, succeeded=False)
    assert known_in(Kept(tmp_path)) == {ONE}


def test_only_the_newest_are_kept_and_what_is_asked_for_is_among_them(tmp_path: Path) -> None:
    noted(Kept(tmp_path), ONE, TWO)
    known = Known(Kept(tmp_path), most=2)
    assert known.has(TWO)
    known.note(THREE, succeeded=True)
    known.keep()
    assert known_in(Kept(tmp_path)) == {TWO, THREE}


def test_runs_at_the_same_time_do_not_forget_each_other(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    first, second = Known(kept), Known(kept)
    first.note(ONE, succeeded=True)
    second.note(TWO, succeeded=True)
    first.keep()
    second.keep()
    assert known_in(kept) == {ONE, TWO}
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("damaged", [b"", b"\xff\x00", ONE[:40].encode(), (ONE + TWO).encode()])
def test_a_damaged_entry_is_as_none(tmp_path: Path, damaged: bytes) -> None:
    noted(Kept(tmp_path), ONE)
    (entry,) = tmp_path.iterdir()
    entry.write_bytes(damaged)
    assert known_in(Kept(tmp_path)) == set()
    noted(Kept(tmp_path), TWO)
    assert known_in(Kept(tmp_path)) == {TWO}


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    noted(Kept(tmp_path / "file" / "below"), ONE)
    assert known_in(Kept(tmp_path / "file" / "below")) == set()


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return plan_of(tmp_path, SMALL, SMALL.replace("name: fraud", "name: other"))


def test_a_run_of_one_service_does_not_forget_the_other(plan: Plan, require_tool: Callable[[str], str]) -> None:
    require_tool("promtool")
    rules = prometheus.render(plan)
    assert not any(result.known for result in prove_plan(Path(), plan, rules))
    one = prove_plan(Path(), plan.only(["other"]), rules, again=True)
    assert {result.file.service for result in one} == {"other"}
    told: list[tuple[int, int]] = []
    assert all(result.known for result in prove_plan(Path(), plan, rules, told=lambda *done: told.append(done)))
    assert told == []


def test_generate_proves_the_services_that_are_not_known(plan: Plan, require_tool: Callable[[str], str]) -> None:
    require_tool("promtool")
    files = prometheus.render(plan) | proofs.render(plan)
    assert {result.file.service for result in prove_new(Path(), plan, files)} == {"fraud", "other"}
    assert prove_new(Path(), plan, files) == ()
    rules = "prometheus/other.rules.yaml"
    (result, *others) = prove_new(Path(), plan, files | {rules: files[rules].replace("for: ", "for: 1", 1)})
    assert {one.file.service for one in (result, *others)} == {"other"}
    assert not all(one.passed for one in (result, *others))


def test_an_interrupted_run_leaves_what_it_has_proven(plan: Plan, require_tool: Callable[[str], str]) -> None:
    require_tool("promtool")
    rules, told = prometheus.render(plan), list[tuple[int, int]]()

    def interrupted(done: int, of: int) -> None:
        told.append((done, of))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prove_plan(Path(), plan, rules, jobs=1, told=interrupted)
    ((done, of),) = told
    after = prove_plan(Path(), plan, rules)
    assert of == len(after)
    assert 0 < done < of
    assert sum(result.known for result in after) == done


def test_a_promtool_without_a_verdict_forgets_nothing(
    tmp_path: Path, plan: Plan, require_tool: Callable[[str], str]
) -> None:
    rules, files, kept = prometheus.render(plan), proof_files(plan), Kept(tmp_path / "kept")
    silent = tmp_path / "promtool"
    silent.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    silent.chmod(0o755)
    working, broken = (Tool(Name.PROMTOOL, Path(path)) for path in (require_tool("promtool"), silent))
    assert all(result.passed for result in Prover(working, "", rules, Known(kept), jobs=2).prove(files))
    assert all(result.trouble for result in Prover(broken, "", rules, Known(kept), jobs=2, again=True).prove(files))
    assert all(result.known for result in Prover(broken, "", rules, Known(kept), jobs=2).prove(files))
