"""What a metric that is absent may be called instead, and what to do about it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mlmon.verify.subject import Subject

_ENDINGS: Final = ("_bucket", "_count", "_sum")
_ALIKE: Final = 0.85


def families(names: set[str]) -> set[str]:
    """Return names of metrics without the endings of histograms, where all of the endings are there."""
    bases = {name.removesuffix("_bucket") for name in names if name.endswith("_bucket")}
    return {name for name in names if not any(name.removesuffix(end) in bases for end in _ENDINGS)} | bases


def instead(subject: Subject, metric: str) -> tuple[str, str] | None:
    """Find what a metric is called here: the rule that says so, and advice. None where nothing comes near."""
    known, noun = families(set(subject.source.names(subject.selector))), subject.source.noun
    bind = f"`signals.{subject.signal.name}.prometheus.metric`"
    other = next((name for name in subject.elsewhere if name in known), None)
    if other:
        family = subject.elsewhere[other]
        return "verify-renamed", f"{noun} has {other}: write `family: {family}`, under which it is read by that name"
    bare = metric.removesuffix("_total")
    if bare != metric and bare in known:
        there = f"{noun} has {bare}, a counter without _total"
        return "verify-renamed", f"{there}: give it the ending, or write {bare} as {bind}"
    if f"{metric}_total" in known:
        return "verify-renamed", f"{noun} has {metric}_total: write it as {bind}"
    near = nearest(metric, known - subject.taken)
    return ("verify-absent", f'did you mean "{near}"? write it as {bind}') if near else None


def nearest(metric: str, known: set[str]) -> str | None:
    """The name that ends the same behind a prefix (`ray_vllm_x`), differs in separators only, or is spelt alike."""
    plain = _plain(metric)
    longer = sorted((name for name in known if _plain(name).endswith(f"_{plain}")), key=len)
    same = sorted(name for name in known if _plain(name) == plain and name != metric)
    alike = difflib.get_close_matches(metric, sorted(known), n=1, cutoff=_ALIKE)
    return next(iter([*same, *longer, *alike]), None)


def _plain(name: str) -> str:
    return name.lower().replace(":", "_").replace(".", "_")
