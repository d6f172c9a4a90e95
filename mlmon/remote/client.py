"""Asks Prometheus' HTTP API: https://prometheus.io/docs/prometheus/latest/querying/api/."""

from __future__ import annotations

import json
import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mlmon.remote.http import Http, QueryError, Words, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlmon.remote.http import Reply

_CREDENTIALS: Final = (401, 403, 407)
BUDGETS: Final = Words(
    like="Prometheus",
    foreign="give the address of Prometheus (or Thanos, Mimir, VictoriaMetrics), not that of its web pages' proxy",
    slow="raise --timeout, or ask for less with SERVICE and --slo",
    large="ask for one SLO with --slo NAME",
)
"""What a command that asks for SLOs says."""


@dataclass(frozen=True)
class Answer:
    """The series of a range query as (labels, samples), and what Prometheus warns of, such as a partial answer."""

    series: tuple[tuple[dict[str, str], list[tuple[float, str]]], ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Client:
    """Asks one Prometheus. `headers` may hold credentials: they are never shown."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 30.0
    words: Words = BUDGETS

    def range(self, expression: str, start: int, end: int, step: int) -> Answer:
        """Evaluate an expression at start, start + step, ..., end (Unix seconds). Raises QueryError."""
        result, warnings = self._result(
            "query_range", "matrix", query=expression, start=str(start), end=str(end), step=str(step)
        )
        try:
            series = tuple((dict(item["metric"]), [(at, text) for at, text in item["values"]]) for item in result)
        except (KeyError, TypeError, ValueError):
            raise self._http.strange("its series are not in Prometheus' form") from None
        return Answer(series, warnings)

    def now(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Evaluate an expression now, as (labels, value) of each series. Raises QueryError."""
        result, _ = self._result("query", "vector", query=expression)
        try:
            return [(dict(item["metric"]), float(item["value"][1])) for item in result]
        except (KeyError, TypeError, ValueError, IndexError):
            raise self._http.strange("its series are not in Prometheus' form") from None

    def data(self, path: str, **parameters: str) -> Any:
        """Return the `data` of an answer of the API, such as that of `metadata`. Raises QueryError."""
        return self._answered(path, parameters)["data"]

    @property
    def _http(self) -> Http:
        return Http(self.url.rstrip("/"), self.words, self.headers, self.timeout)

    def _result(self, path: str, kind: str, **parameters: str) -> tuple[list[Any], tuple[str, ...]]:
        found = self._answered(path, parameters)
        data = found["data"]
        if not isinstance(data, dict):
            raise self._http.strange("the answer has no `status` and `data`")
        result = data.get("result")
        if data.get("resultType") != kind or not isinstance(result, list):
            raise self._http.strange(f"the answer is not a {kind}")
        warnings = found.get("warnings") or []
        return result, tuple(shown(str(item)) for item in warnings) if isinstance(warnings, list) else ()

    def _answered(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        reply = self._http.get(f"/api/v1/{path}{query}")
        if 300 <= reply.status < 400:
            message = f"{self.url} answers with a redirect ({reply.status})"
            raise QueryError(message, "give the address that it leads to; behind a login page add --header-file")
        try:
            found = json.loads(reply.body)
        except (ValueError, RecursionError):
            found = None
        if reply.status != 200:
            raise self._refused(path, reply.status, found)
        if found is None:
            raise self._not_json(reply)
        if not isinstance(found, dict) or found.get("status") != "success" or "data" not in found:
            raise self._http.strange("the answer has no `status` and `data`")
        return found

    def _not_json(self, reply: Reply) -> QueryError:
        if reply.body.lstrip()[:1] == b"{":
            return self._http.cut_off()
        return self._http.strange("the answer is not JSON")

    def _refused(self, path: str, status: int, found: Any) -> QueryError:
        said = shown(str(found.get("error", ""))) if isinstance(found, dict) else ""
        message = f"{self.url} answers with status {status}" + (f": {said}" if said else "")
        if status in _CREDENTIALS:
            advice = "give credentials with --header-file, or a bearer token in the file named by PROMETHEUS_TOKEN_FILE"
        elif status == 404:
            advice = f"give the address below which /api/v1/{path} is found, with its path prefix if there is one"
        elif status >= 500:
            advice = "Prometheus is overloaded or starting; look at its log and run this again"
        else:
            advice = "the query was refused; look at the limits and the tenant of this Prometheus"
        return QueryError(message, advice)
