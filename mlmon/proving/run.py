"""Runs proofs on all cores: each worker takes the next share and hands it to one promtool."""

from __future__ import annotations

import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mlmon.proving.answers import failures
from mlmon.proving.model import Result
from mlmon.proving.reduce import as_rule_file, reduced
from mlmon.remembered import key
from mlmon.targets.proofs.files import alone, rules_path, tests_among
from mlmon.tools.parallel import together
from mlmon.tools.process import run
from mlmon.tools.trouble import failed, trouble
from mlmon.tools.unit_tests import verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mlmon.proving.known import Known
    from mlmon.targets.proofs.files import ProofFile
    from mlmon.targets.proofs.proof import Proof
    from mlmon.tools.executables import Tool

TIMEOUT: Final = 300.0
"""Seconds for one call of promtool, which runs some dozen proofs."""
_SHARES: Final = 4
"""Calls for each worker at least, so that none waits long for the others at the end."""
_MOST: Final = 40
"""Proofs for one call at most."""


@dataclass(frozen=True)
class Task:
    """One proof with its test and the rules that it needs, and the key under which its success is remembered."""

    file: ProofFile
    proof: Proof
    test: str
    rules: str
    key: str

    @property
    def cost(self) -> int:
        """About how many rules are evaluated."""
        return max(check.tick for check in self.proof.checks) * max(self.rules.count('"expr"'), 1)


@dataclass(frozen=True)
class Prover:
    """Runs proofs against rule files by path, remembering which have succeeded.

    `again` runs what is known to succeed, too. `told` hears after each call how many proofs are done, of how many.
    """

    tool: Tool
    version: str
    rules: Mapping[str, str]
    known: Known
    jobs: int
    again: bool = False
    told: Callable[[int, int], None] = field(default=lambda done, of: None)

    def prove(self, files: Sequence[ProofFile]) -> tuple[Result, ...]:
        """Return the results, file by file. An interruption stops every promtool and is raised.

        What has succeeded until then is remembered.
        """
        try:
            return self._prove(files)
        finally:
            self.known.keep()

    def _prove(self, files: Sequence[ProofFile]) -> tuple[Result, ...]:
        whole = {file.path: self._whole(file.rules, self.rules.get(file.path) or file.text) for file in files}
        # A file that is known as a whole is not even taken apart.
        tasks = [task for file in files if not self._knows(whole[file.path]) for task in self._tasks(file)]
        left = [task for task in tasks if not self._knows(task.key)]
        done = {id(result.proof): result for result in self._call_all(left)}
        found = [done.get(id(proof)) or Result(file, proof, 0.0, known=True) for file in files for proof in file.proofs]
        unclear = {result.file.path for result in found if result.trouble}
        broken = {result.file.path for result in found if result.failures}
        for path in whole.keys() - unclear:
            self.known.note(whole[path], succeeded=path not in broken)
        return tuple(found)

    def knows(self, service: str) -> bool:
        """Tell whether all tests of a service that are among `rules` are known to succeed, without making proofs."""
        tests = tests_among(self.rules, service)
        return all(self._knows(self._whole(rules_path(service), self.rules[path])) for path in tests)

    def _whole(self, rules: str, test: str) -> str:
        """Return under what a test file of some rules is remembered as a whole."""
        return key(self.version, self.rules[rules], test)

    def _knows(self, known: str) -> bool:
        return not self.again and self.known.has(known)

    def _tasks(self, file: ProofFile) -> list[Task]:
        tasks = []
        for proof in file.proofs:
            groups = reduced(proof, self.rules[file.rules])
            rules, test = as_rule_file(groups), alone(proof, file, [group["name"] for group in groups])
            tasks.append(Task(file, proof, test, rules, key(self.version, rules, test)))
        return tasks

    def _call_all(self, tasks: Sequence[Task]) -> list[Result]:
        ordered = sorted(tasks, key=lambda task: -task.cost)
        count = min(len(ordered), max(self.jobs * _SHARES, len(ordered) // _MOST))
        with tempfile.TemporaryDirectory(prefix="mlmon-proofs-") as folder:
            queue = deque((Path(folder) / str(first), ordered[first::count]) for first in range(count))
            results: list[Result] = []
            together(lambda _: self._work(queue, results, len(ordered)), range(min(self.jobs, count)))
        return results

    def _work(self, queue: deque[tuple[Path, list[Task]]], results: list[Result], of: int) -> None:
        while True:
            try:
                folder, share = queue.popleft()
            except IndexError:
                return
            found = self._call(folder, share)
            for task, result in zip(share, found, strict=True):
                if not result.trouble:
                    self.known.note(task.key, succeeded=result.passed)
            results += found
            self.told(len(results), of)

    def _call(self, folder: Path, share: list[Task]) -> list[Result]:
        paths = [_stage(folder / str(index), task) for index, task in enumerate(share)]
        started = time.monotonic()
        outcome = run(self.tool, ("test", "rules", *map(str, paths)), timeout=TIMEOUT, cwd=folder, merge=True)
        seconds = (time.monotonic() - started) / len(share)
        problem = trouble(self.tool, outcome, TIMEOUT)
        blocks = [] if problem else verdicts(outcome.stdout)
        if not problem and len(blocks) != len(share):
            problem = failed(self.tool, f"gave {len(blocks)} verdicts on {len(share)} files", outcome.stdout)
        if problem:
            return [Result(task.file, task.proof, seconds, known=False, trouble=problem) for task in share]
        return [
            Result(task.file, task.proof, seconds, known=False, failures=tuple(failures(task.proof, block)))
            for task, block in zip(share, blocks, strict=True)
        ]


def _stage(folder: Path, task: Task) -> Path:
    """Write a test and its rules as they stand to each other in the output folder."""
    for path, text in ((task.file.path, task.test), (task.file.rules, task.rules)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder / task.file.path
