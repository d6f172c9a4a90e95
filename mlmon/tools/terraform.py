"""Terraform: formatting, and validation against the providers' schemas where those can be had.

Read against Terraform 1.11. Nothing is ever written into the staged folder.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, Severity, in_order
from mlmon.tools.process import run
from mlmon.tools.staged import Staged
from mlmon.tools.terraform_answers import Verdict, blocks, differences, parse_validation, syntax_errors
from mlmon.tools.trouble import failed, trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlmon.tools.executables import Tool
    from mlmon.tools.process import Outcome

FORMAT, VALIDATE = "terraform-fmt", "terraform-validate"
TIMEOUT = 60.0
"""Seconds for one `fmt` or `validate`; the AWS provider alone takes some to start."""
INIT_TIMEOUT = 60.0
"""Seconds for `init`, which may download hundreds of megabytes."""

_NOT_FORMATTED = 3
_CLAUSES = 3
"""Of an error: what failed, for what, and why; then come addresses and lookups."""


def environment(data: Path | None = None) -> dict[str, str]:
    """Return the environment for a call: the user's provider settings stay, what would change the answers goes.

    `data` is the folder for Terraform's own files (TF_DATA_DIR).
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TF_CLI_ARGS", "TF_LOG")) and name not in ("TF_WORKSPACE", "TF_DATA_DIR")
    }
    # Without a lock file Terraform would pass over the user's plugin cache and download everything again.
    cache = {"TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1"}
    fixed = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}
    return {**cache, **kept, **fixed, **({"TF_DATA_DIR": str(data)} if data else {})}


def check_format(tool: Tool, staged: Staged, folders: Sequence[str], *, timeout: float = TIMEOUT) -> list[Finding]:
    """Check the *.tf files directly in these folders with `terraform fmt`: layout, and syntax."""
    if not folders:
        return []
    command = ("fmt", "-check", "-diff", "-no-color", *(folder or "." for folder in folders))
    outcome = run(tool, command, timeout=timeout, cwd=staged.root, env=environment())
    if problem := trouble(tool, outcome, timeout):
        return [problem]
    if not outcome.exit_code:
        return []
    found = [*syntax_errors(staged, outcome.stderr, FORMAT), *differences(staged, outcome.stdout, FORMAT)]
    if found:
        return in_order(found)
    said = staged.quote(outcome.stderr + outcome.stdout) or "(nothing)"
    if outcome.exit_code == _NOT_FORMATTED:
        said = f"these files are not formatted: {staged.quote(outcome.stdout)}"
    words = f"terraform fmt exited with {outcome.exit_code}: {said}"
    return [Finding(rule=FORMAT, message=words, place=staged.place(folders[0]))]


def validate(
    tool: Tool, staged: Staged, folder: str, *, timeout: float = TIMEOUT, init_timeout: float = INIT_TIMEOUT
) -> list[Finding]:
    """Validate the module in one folder with `terraform validate`, in a temporary copy.

    Providers come from wherever the user's TF_CLI_CONFIG_FILE, TF_PLUGIN_CACHE_DIR or TF_REATTACH_PROVIDERS say, else
    from the registry; where they cannot be had, the only finding is a note that says so.
    """
    with tempfile.TemporaryDirectory(prefix="mlmon-terraform-", ignore_cleanup_errors=True) as scratch:
        module = Path(scratch, "module")
        shutil.copytree(staged.root / folder, module, ignore=shutil.ignore_patterns(".terraform*"))
        # The copy goes by the folder's name, in places and in what Terraform says.
        copy = Staged(module, os.path.normpath(os.path.join(staged.display, folder)))
        env = environment(Path(scratch, "data"))
        verdict = _validate(tool, copy, env, timeout)
        if not verdict.wants_init:
            return in_order(verdict.findings)
        command = ("init", "-backend=false", "-input=false", "-no-color")
        init = run(tool, command, timeout=init_timeout, cwd=module, env=env)
        if init.exit_code == 0:
            verdict = _validate(tool, copy, env, timeout)
        gap = [_not_done(copy, init, init_timeout)] if verdict.wants_init else []
        return in_order([*verdict.findings, *gap])


def _validate(tool: Tool, copy: Staged, env: dict[str, str], timeout: float) -> Verdict:
    outcome = run(tool, ("validate", "-json", "-no-color"), timeout=timeout, cwd=copy.root, env=env)
    if problem := trouble(tool, outcome, timeout):
        return Verdict((problem,))
    said = copy.quote(outcome.stdout + outcome.stderr)
    garbage = failed(tool, f"exited with {outcome.exit_code} and gave no verdict on the module", said)
    verdict = parse_validation(copy, outcome.stdout, VALIDATE)
    if verdict is None or (outcome.exit_code and verdict == Verdict(())):
        return Verdict((garbage,))
    return verdict


def _not_done(copy: Staged, init: Outcome, timeout: float) -> Finding:
    errors = blocks(init.stderr)
    # Its title and the first paragraph, without the network's own words; advice about Terraform's commands follows.
    said = ": ".join(" ".join(part.split()) for part in errors[0].split("\n\n")[:2]) if errors else init.stderr
    said = ": ".join(said.split(": ")[:_CLAUSES])
    reason = copy.quote(said or init.stdout or init.failure)
    if init.timed_out:
        reason = f"terraform init did not finish within {timeout:g} s"
    return Finding(
        rule=VALIDATE,
        message=f"terraform validate not done: {reason or f'terraform init exited with {init.exit_code}'}",
        place=copy.place(""),
        advice="only the syntax was checked; a mirror in TF_CLI_CONFIG_FILE or a TF_PLUGIN_CACHE_DIR that holds the "
        "providers makes it work without the registry",
        severity=Severity.NOTE,
    )
