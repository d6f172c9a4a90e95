"""Runs every lint rule over a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlmon.diagnostics import Finding, in_order
from mlmon.lint.catalogue import catalogue
from mlmon.lint.suppress import apply

if TYPE_CHECKING:
    from mlmon.lint.context import Context


def lint(context: Context) -> list[Finding]:
    """Return the findings of all rules in order, less those that a comment suppresses."""
    found = [
        Finding(rule=rule.id, severity=rule.severity, message=issue.message, advice=issue.advice, place=issue.place)
        for rule in catalogue().values()
        for issue in rule.check(context)
    ]
    workspace = context.workspace
    documents = [loaded.document for loaded in workspace.services]
    if workspace.project:
        documents.append(workspace.project.document)
    return in_order(apply(found, documents, catalogue(), context.today))
