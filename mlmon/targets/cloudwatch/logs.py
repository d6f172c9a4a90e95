"""Saved CloudWatch Logs Insights queries.

Sources: CloudWatch Logs API reference, "PutQueryDefinition"; Terraform AWS provider docs,
"aws_cloudwatch_query_definition".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlmon.targets.cloudwatch.hcl import Block, Heredoc, Value
from mlmon.targets.cloudwatch.names import slug


@dataclass(frozen=True, kw_only=True)
class LogsQuery:
    """A query that people find in the console under its name; `/` in the name makes folders."""

    name: str
    query: str
    """Logs Insights QL, one command a line."""
    log_groups: tuple[str, ...] = ()
    """Log group names; the user chooses them in the console if empty."""


def logs_query_problems(query: LogsQuery) -> Iterator[str]:
    """Yield a sentence for each rule of PutQueryDefinition that the query breaks."""
    if not 1 <= len(query.name) <= 255:
        yield f"the query name has {len(query.name)} characters, 1 to 255 are allowed"
    if not 1 <= len(query.query) < 10_000:
        yield f"the query has {len(query.query)} characters, 1 to 9999 are allowed"
    yield from log_group_problems(query.log_groups)


def log_group_problems(log_groups: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each name that no log group can have; others cannot be written into a query safely."""
    for group in log_groups:
        if not re.fullmatch(r"[.\-_/#A-Za-z0-9]{1,512}", group):
            yield f"the log group {group!r} must be 1 to 512 ASCII letters, digits and any of . - _ / #"


def logs_query_block(query: LogsQuery) -> Block:
    """Return the query definition; a missing newline at the query's end is added, so that a heredoc can hold it."""
    body: dict[str, Value] = {"name": query.name}
    if query.log_groups:
        body["log_group_names"] = query.log_groups
    body["query_string"] = Heredoc(query.query.removesuffix("\n") + "\n")
    return Block("resource", ("aws_cloudwatch_query_definition", slug(query.name)), body)
