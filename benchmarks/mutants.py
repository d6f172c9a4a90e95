"""How many mistakes in the rules do the generated tests notice?

Damages the rules of the example fleet one at a time (threshold, comparison, window, label, `for`, metric name, missing
`by`), runs the proofs that read the damaged rule, and counts those that fail. Survivors are printed.

    python benchmarks/mutants.py [--sample 300] [--seed 1] [--root .]
"""

import argparse
import json
import os
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlmon.compiler import compile_workspace
from mlmon.proving.reduce import reduced
from mlmon.targets.proofs import proof_files
from mlmon.targets.proofs.files import alone
from mlmon.tools.executables import Name, locate
from mlmon.tools.parallel import together
from mlmon.tools.process import run
from mlmon.tools.unit_tests import verdicts
from mlmon.units import Duration

Rule = dict[str, Any]
AT_ONCE = 12
NUMBER = re.compile(r"(?P<op>[<>]=?) (?P<bool>bool )?(?P<number>-?[0-9.]+)(?= \*|$|\n|\))", re.MULTILINE)
WINDOW = re.compile(r"\[(?P<span>[0-9a-z]+)\]")
OFFSET = re.compile(r"offset (?P<span>[0-9a-z]+)")
MATCHER = re.compile(r'(?P<label>\w+)(?P<op>=~?)"(?P<value>[^"]+)"')
METRIC = re.compile(r"\b(?P<name>[a-zA-Z_:]\w*(?::\w+)*)(?=\{|\[)")
BY = re.compile(r" by \((?P<labels>[^)]*)\)")


@dataclass(frozen=True)
class Case:
    """A proof by itself: its test, the rules that it needs, and their places to each other."""

    path: str
    rules_path: str
    test: str
    rules: str


@dataclass(frozen=True)
class Mutant:
    """A damaged rule of a service, and the kind of damage."""

    service: str
    rule: str
    kind: str
    damage: str
    mutated: str
    cases: tuple[Case, ...]


def replaced(text: str, found: re.Match[str], group: str, new: str) -> str:
    return text[: found.start(group)] + new + text[found.end(group) :]


def expressions(text: str) -> Iterator[tuple[str, str]]:
    """Every damage to an expression, with its kind."""
    for found in NUMBER.finditer(text):
        number = float(found["number"])
        for factor in (0.95, 1.05):
            new = repr(number * factor) if number else ("1e6" if factor > 1 else "-1e6")
            yield "threshold", replaced(text, found, "number", new)
        yield "comparison", replaced(text, found, "op", {">": "<", "<": ">", "<=": ">", ">=": "<"}[found["op"]])
    for kind, pattern in (("window", WINDOW), ("offset", OFFSET)):
        for found in pattern.finditer(text):
            seconds = Duration.of(found["span"]).seconds
            for factor in (2, "0.5"):
                yield kind, replaced(text, found, "span", str(Duration(round(seconds * type(seconds)(factor), 3))))
    for found in MATCHER.finditer(text):
        yield "matcher", replaced(text, found, "value", f"{found['value']}x")
    for found in METRIC.finditer(text):
        yield "metric", replaced(text, found, "name", f"{found['name']}_x")
    for found in BY.finditer(text):
        labels = found["labels"].split(", ")
        for label in labels:
            rest = ", ".join(name for name in labels if name != label)
            yield ("le" if label == "le" else "by"), replaced(text, found, "labels", rest)


def waits(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Every damage to the fields beside the expression."""
    for field in ("for", "keep_firing_for"):
        if field in rule:
            seconds = Duration.of(rule[field]).seconds
            yield field, {**rule, field: str(Duration(seconds * 2))}
            yield field, {**rule, field: str(Duration(round(seconds / 2)))}
    for label in rule.get("labels", {}):
        yield "label", {**rule, "labels": {**rule["labels"], label: "other"}}


def damages(rule: Rule) -> Iterator[tuple[str, Rule]]:
    yield from ((kind, {**rule, "expr": text}) for kind, text in expressions(rule["expr"]))
    yield from waits(rule)


def population(root: Path) -> list[Mutant]:
    compiled = compile_workspace(root)
    assert compiled.plan is not None, "the workspace does not compile"
    readers: dict[tuple[str, str], list[Case]] = {}
    for file in proof_files(compiled.plan):
        for proof in file.proofs:
            rules = reduced(proof, compiled.files[file.rules])
            case = Case(file.path, file.rules, alone(proof, file), rules)
            for group in json.loads(rules)["groups"]:
                for rule in group["rules"]:
                    readers.setdefault((file.service, json.dumps(rule)), []).append(case)
    return [
        Mutant(service, text, kind, name_of(json.loads(text)), json.dumps(mutated), tuple(cases))
        for (service, text), cases in sorted(readers.items(), key=lambda item: item[0])
        for kind, mutated in damages(json.loads(text))
    ]


def name_of(rule: Rule) -> str:
    labels = rule.get("labels", {})
    return " ".join(filter(None, (rule.get("alert") or rule["record"], labels.get("slo"), labels.get("severity"))))


def stage(folder: Path, mutant: Mutant) -> list[Path]:
    """Write every proof that reads the rule, with the damaged one in its place."""
    rule, mutated = json.loads(mutant.rule), json.loads(mutant.mutated)
    paths = []
    for index, case in enumerate(mutant.cases):
        groups = json.loads(case.rules)["groups"]
        for group in groups:
            group["rules"] = [mutated if one == rule else one for one in group["rules"]]
        for path, text in ((case.path, case.test), (case.rules_path, json.dumps({"groups": groups}))):
            place = folder / str(index) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        paths.append(folder / str(index) / case.path)
    return paths


def judge(mutants: list[Mutant], promtool: Any) -> list[Mutant]:
    """Return the survivors among some mutants, which one promtool judges."""
    with tempfile.TemporaryDirectory() as folder:
        staged = [stage(Path(folder) / str(index), mutant) for index, mutant in enumerate(mutants)]
        arguments = ["test", "rules", *(str(path) for paths in staged for path in paths)]
        answers = iter(verdicts(run(promtool, arguments, timeout=600, merge=True).stdout))
        return [
            mutant
            for mutant, paths in zip(mutants, staged, strict=True)
            if all([next(answers)[0].strip() == "SUCCESS" for _ in paths])  # noqa: C419 -- every answer is taken
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=300, help="how many mutants; 0 for all of them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--root", type=Path, default=Path())
    chosen = parser.parse_args()
    promtool = locate(Name.PROMTOOL, chosen.root)
    assert promtool is not None, "promtool is not here: run `make tools`"
    every = population(chosen.root)
    sample = random.Random(chosen.seed).sample(every, min(chosen.sample or len(every), len(every)))  # noqa: S311
    started = time.monotonic()
    shares = [sample[first : first + AT_ONCE] for first in range(0, len(sample), AT_ONCE)]
    jobs = os.cpu_count() or 1
    work: Callable[[list[list[Mutant]]], list[Mutant]] = lambda mine: [  # noqa: E731
        one for share in mine for one in judge(share, promtool)
    ]
    survivors = [one for found in together(work, [shares[first::jobs] for first in range(jobs)]) for one in found]
    for one in sorted(survivors, key=lambda item: (item.kind, item.damage)):
        rule, mutated = json.loads(one.rule), json.loads(one.mutated)
        key = next(key for key in rule if rule[key] != mutated.get(key))
        print(f"survived: {one.kind} of {one.damage} ({one.service})\n  {rule[key]!r}\n  {mutated.get(key)!r}")
    total, left = Counter(one.kind for one in sample), Counter(one.kind for one in survivors)
    for kind in sorted(total):
        print(f"{kind:16} {total[kind] - left[kind]:5} of {total[kind]:5} killed")
    killed = len(sample) - len(survivors)
    seconds = time.monotonic() - started
    print(f"{killed} of {len(sample)} mutants killed ({killed / len(sample):.1%}), of {len(every)}, in {seconds:.0f} s")


if __name__ == "__main__":
    main()
