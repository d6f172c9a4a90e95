"""Labels whose values come from the content of requests: as labels they make a series of every user or request."""

from __future__ import annotations

from typing import Final

_CONTENT: Final = frozenset(
    {
        "account", "accountid", "card", "chatid", "clientip", "completion", "conversationid", "correlationid",
        "customer", "customerid", "email", "errormessage", "guid", "iban", "input", "inputtext", "ip",
        "ipaddress", "message", "messageid", "orderid", "output", "outputtext", "phone", "prompt", "promptid",
        "query", "rawpath", "referer", "referrer", "remoteaddr", "remoteip", "request", "requestid", "session",
        "sessionid", "sourceip", "span", "spanid", "text", "token", "trace", "traceid", "transactionid", "uri",
        "url", "user", "useragent", "userid", "username", "uuid", "xforwardedfor",
    }
)  # fmt: skip
"""Without case and underscores; prometheus.io/docs/practices/naming/#labels warns of unbounded values."""


def is_content(label: str) -> bool:
    """Tell whether a label's values are content, of which there is no end: `user_id`, `prompt`, `clientIP`."""
    return "".join(character for character in label.lower() if character.isalnum()) in _CONTENT
