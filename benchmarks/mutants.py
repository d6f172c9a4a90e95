"""How many mistakes in the rules do the generated tests notice?

Damages the rules of the example fleet one at a time (threshold, comparison, window, label, `for`, metric name, missing
`by`), runs the proofs that read the damaged rule, and counts those that fail. Survivors are printed. Rules that count
an SLO's events are a population of their own: what they do about resets, gaps and restarts is proven by tests/slo.
A mutant that provably changes nothing is counted as equivalent, with the reason, and not as killed.

    python benchmarks/mutants.py [--sample 300] [--seed 1] [--of alerts|counting] [--root .]
"""

import argparse
import json
import os
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mlmon.compiler import compile_workspace
from mlmon.proving.reduce import as_rule_file, reduced
from mlmon.targets.proofs import proof_files
from mlmon.targets.proofs.files import alone
from mlmon.tools.executables import Name, locate
from mlmon.tools.parallel import together
from mlmon.tools.process import run
from mlmon.tools.unit_tests import verdicts
from mlmon.units import Duration

Rule = dict[str, Any]
AT_ONCE = 12
# Without the guards `(... > 0)` of a division: what they keep out is NaN, and no alert fires on that.
NUMBER = re.compile(r"(?P<op>[<>]=?) (?P<bool>bool )?(?P<number>-?[0-9.]+)(?![0-9.])(?!(?<= 0)\))")
COUNTING = re.compile(r"slo:mlmon_(sliced_)?(events|errors):(increase\d+s|chunk5m)$")
WINDOW = re.compile(r"\[(?P<span>[0-9a-z]+)\]")
OFFSET = re.compile(r"offset (?P<span>[0-9a-z]+)")
MATCHER = re.compile(r'(?P<label>\w+)(?P<op>=~?)"(?P<value>[^"]+)"')
METRIC = re.compile(r"\b(?P<name>[a-zA-Z_:]\w*(?::\w+)*)(?=\{|\[)")
BY = re.compile(r" by \((?P<labels>[^)]*)\)")
ZERO = re.compile(r"\bor\s+0 \* ")
NO_PART = "where no series of the part is left the ratio is 0 or nothing, and neither is above a threshold"
LAST = "only series with a sample in the shorter range pass `resets`, and the last one of the longer is the same"
NEW = "what the longer range adds was there before, and is taken out again by the `unless` within"
KNOWN = "what appeared on a target since the last evaluation is taken out again by the `unless` that follows"
EQUIVALENT = (
    ("window", re.compile(r"last_over_time\([^()]*\[$"), re.compile(r"^1m\] offset \w+\) and resets"), LAST),
    ("window", re.compile(r"unless on \(job, instance\) \(last_over_time\(up\{[^}]*\}\[$"), re.compile(r"^1m\]"), NEW),
    ("offset", re.compile(r"max_over_time\(up\{[^}]*\}\[30m\] offset $"), re.compile(r"^20s\) == 1"), KNOWN),
)
"""Kind, what stands before and after the change, and why it changes nothing."""


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
        for factor, instead in ((0.95, "-1e6"), (1.05, "1e6")):
            new = repr(number * factor) if number else instead
            yield "threshold", replaced(text, found, "number", new)
        yield "comparison", replaced(text, found, "op", {">": "<", "<": ">", "<=": ">", ">=": "<"}[found["op"]])
    for kind, pattern in (("window", WINDOW), ("offset", OFFSET)):
        for found in pattern.finditer(text):
            seconds = Duration.of(found["span"]).seconds
            for span in (seconds * 2, round(seconds / 2, 3)):
                yield kind, replaced(text, found, "span", str(Duration(span)))
    for found in MATCHER.finditer(text):
        yield "matcher", replaced(text, found, "value", f"{found['value']}x")
    for found in METRIC.finditer(text):
        yield "metric", replaced(text, found, "name", f"{found['name']}_x")
    for found in BY.finditer(text):
        labels = found["labels"].split(", ")
        for label in labels:
            rest = ", ".join(name for name in labels if name != label)
            yield ("le" if label == "le" else "by"), replaced(text, found, "labels", rest)


def damages(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Every damage to the expression and to the fields beside it."""
    yield from ((kind, {**rule, "expr": text}) for kind, text in expressions(rule["expr"]))
    for field in ("for", "keep_firing_for"):
        if field in rule:
            seconds = Duration.of(rule[field]).seconds
            yield field, {**rule, field: str(Duration(seconds * 2))}
            yield field, {**rule, field: str(Duration(round(seconds / 2, 0)))}
    for label in rule.get("labels", {}):
        yield "label", {**rule, "labels": {**rule["labels"], label: "other"}}


def population(root: Path, *, counting: bool) -> list[Mutant]:
    compiled = compile_workspace(root)
    assert compiled.plan is not None, "the workspace does not compile"
    readers: dict[tuple[str, str], list[Case]] = {}
    for file in proof_files(compiled.plan):
        for proof in file.proofs:
            groups = reduced(proof, compiled.files[file.rules])
            test = alone(proof, file, [group["name"] for group in groups])
            case = Case(file.path, file.rules, test, as_rule_file(groups))
            for group in groups:
                for rule in group["rules"]:
                    readers.setdefault((file.service, json.dumps(rule)), []).append(case)
    return [
        Mutant(service, text, kind, name_of(json.loads(text)), json.dumps(mutated), tuple(cases))
        for (service, text), cases in sorted(readers.items(), key=lambda item: item[0])
        if bool(COUNTING.match(json.loads(text).get("record", ""))) == counting
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


def judge_all(promtool: Any, shares: list[list[Mutant]]) -> list[Mutant]:
    return [one for share in shares for one in judge(share, promtool)]


def unchanged(mutant: Mutant) -> str:
    """Why the damage changes nothing; empty where that is not known."""
    rule, after = json.loads(mutant.rule), json.loads(mutant.mutated)["expr"]
    before = rule["expr"]
    at = next((index for index, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), 0)
    if "alert" in rule and any(start <= at < end and fires_above(before, end) for start, end in zeros(before)):
        return NO_PART
    start = max((after.rfind(mark, 0, at + 1) + len(mark) for mark in ("[", "offset ")), default=0)
    for kind, left, right, why in EQUIVALENT:
        if kind == mutant.kind and left.search(after[:start]) and right.match(after[start:]):
            return why
    return ""


def fires_above(text: str, end: int) -> bool:
    """Whether what stands there is compared with a positive number, from above."""
    compared = NUMBER.search(text, end)
    return compared is not None and compared["op"] == ">" and float(compared["number"]) > 0


def zeros(text: str) -> Iterator[tuple[int, int]]:
    """Where an expression falls back to nothing, `or 0 * sum(...)`, up to the parenthesis that closes it."""
    for found in ZERO.finditer(text):
        depth = 0
        for at in range(found.end(), len(text)):
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            if depth < 0:
                yield found.start(), at
                break


def change(mutant: Mutant) -> str:
    """What the damage is, with a little of what stands around it."""
    before, after = mutant.rule, mutant.mutated
    first = next(at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other)
    return f"...{before[max(first - 70, 0) : first + 25]}... became ...{after[max(first - 10, 0) : first + 25]}..."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=300, help="how many mutants; 0 for all of them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--of", choices=["alerts", "counting"], default="alerts", help="which rules")
    parser.add_argument("--root", type=Path, default=Path())
    chosen = parser.parse_args()
    promtool = locate(Name.PROMTOOL, chosen.root)
    assert promtool is not None, "promtool is not here: run `make tools`"
    every = population(chosen.root, counting=chosen.of == "counting")
    sample = random.Random(chosen.seed).sample(every, min(chosen.sample or len(every), len(every)))  # noqa: S311
    started = time.monotonic()
    shares = [sample[first : first + AT_ONCE] for first in range(0, len(sample), AT_ONCE)]
    jobs = os.cpu_count() or 1
    judged = together(partial(judge_all, promtool), [shares[first::jobs] for first in range(jobs)])
    survivors = [one for found in judged for one in found]
    equivalent = []
    for one in sorted(survivors, key=lambda item: (item.kind, item.damage)):
        if reason := unchanged(one):
            equivalent.append(one)
        verdict = f"equivalent ({reason})" if reason else "survived"
        print(f"{verdict}: {one.kind} of {one.damage} ({one.service}): {change(one)}")
    total, left = Counter(one.kind for one in sample), Counter(one.kind for one in survivors)
    for kind in sorted(total):
        print(f"{kind:16} {total[kind] - left[kind]:5} of {total[kind]:5} killed")
    killed = len(sample) - len(survivors)
    seconds = time.monotonic() - started
    print(f"{killed} of {len(sample)} mutants killed ({killed / len(sample):.1%}), of {len(every)}, in {seconds:.0f} s")
    if equivalent:
        counted = len(sample) - len(equivalent)
        print(f"{killed} of {counted} without those that change nothing ({killed / counted:.1%})")


if __name__ == "__main__":
    main()
