"""What counts and times requests."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import AsyncIterator, Callable, Generator
from types import TracebackType
from typing import Any, ClassVar, TypeVar, cast

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Inference:
    """One request: counted once, when its `with` block ends.

    An exception counts as an error and goes on its way, as does the cancellation of
    a task, since its caller gets no answer. What `reject`, `fallback` or `fail` has
    said about the request holds, whatever is raised afterwards. A consumer that stops
    reading a stream early has got what it wanted.
    """

    def __init__(self, owner: _Calls, version: str, labels: dict[str, str]) -> None:
        self.version = version
        self.labels = dict(labels)
        self.outcome = "success"
        self.seconds = 0.0
        self._owner = owner
        self._begun = 0.0

    def fail(self) -> None:
        """Count an error, although nothing is raised."""
        self.outcome = "error"

    def reject(self) -> None:
        """Count a refusal: the caller sent something that cannot be scored."""
        self.outcome = "rejected"

    def fallback(self, reason: str) -> None:
        """Count an empty, default or cached answer that stands in for the model's.

        The reason is one of a few fixed words, never text from the request.
        """
        self.outcome, self.labels["reason"] = "fallback", reason

    def __enter__(self) -> Inference:
        self._owner._begin(self)
        self._begun = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.seconds = time.perf_counter() - self._begun
        raised = kind is not None and not issubclass(kind, GeneratorExit)
        if raised and self.outcome == "success":
            self.outcome = "error"
            if isinstance(error, self._owner.rejects):
                self.outcome = "rejected"
        self._owner._end(self)


class _Calls:
    """What counts and times requests; `rejects` are exceptions that blame the caller."""

    _asked: ClassVar[frozenset[str]] = frozenset()
    version: str
    rejects: tuple[type[BaseException], ...]

    def _begin(self, call: Inference) -> None:
        """Count a request that begins."""

    def _end(self, call: Inference) -> None:
        """Count a request that has ended."""

    def inference(self, version: str | None = None, **labels: str) -> Inference:
        """Return a context manager around one request.

        `version` is that of the model which answers, where it is not the usual one;
        `labels` are those that only the caller knows, if there are any.
        """
        unknown = ", ".join(sorted(labels.keys() - self._asked))
        if unknown:
            raise TypeError(f"inference() knows no label {unknown}")
        return Inference(self, self.version if version is None else version, labels)

    def measure(self, function: _Function) -> _Function:
        """Decorate a function, coroutine function or generator that answers a request.

        A generator is measured from its first item to its last, which is how a
        streamed answer is received.
        """

        async def streamed(*args: Any, **named: Any) -> AsyncIterator[Any]:
            with self.inference():
                items = function(*args, **named)
                try:
                    async for item in items:
                        yield item
                finally:
                    await items.aclose()

        async def awaited(*args: Any, **named: Any) -> Any:
            with self.inference():
                return await function(*args, **named)

        def generated(*args: Any, **named: Any) -> Generator[Any, Any, Any]:
            with self.inference():
                return (yield from function(*args, **named))

        def called(*args: Any, **named: Any) -> Any:
            with self.inference():
                return function(*args, **named)

        measured: Callable[..., Any] = called
        if inspect.isasyncgenfunction(function):
            measured = streamed
        elif inspect.iscoroutinefunction(function):
            measured = awaited
        elif inspect.isgeneratorfunction(function):
            measured = generated
        return cast("_Function", functools.wraps(function)(measured))
