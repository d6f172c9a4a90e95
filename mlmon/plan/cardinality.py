"""Labels whose values come from the content of requests: as labels they make a series of every user or request."""

from __future__ import annotations

from typing import Final

CONTENT_LABELS: Final = frozenset(
    {
        "user", "user_id", "userid", "account", "account_id", "customer", "customer_id", "client_ip", "ip", "email",
        "request", "request_id", "requestid", "session", "session_id", "trace_id", "span_id", "correlation_id",
        "prompt", "query", "input", "output", "text", "message", "error_message", "url", "uri", "token", "card", "iban",
    }
)  # fmt: skip
"""Canonical names; prometheus.io/docs/practices/naming/#labels warns of unbounded values."""
