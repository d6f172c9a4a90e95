"""What the generated classes count: outcomes, threads, coroutines, streams, versions, and what a job tells."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from tests.instrumentation.modules import imported, text


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    return text(tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def module(source: str) -> ModuleType:
    return imported(source)


@pytest.fixture
def serving(module: ModuleType) -> Any:
    return module.Serving(version="v1", registry=CollectorRegistry(), rejects=(KeyError,))


def value(serving: Any, name: str, **labels: str) -> float | None:
    found: float | None = serving.registry.get_sample_value(name, labels)
    return found


def counted(serving: Any, version: str = "v1") -> dict[str, float | None]:
    name = "ml_inference_requests_total"
    states = ("success", "rejected", "error")
    return {status: value(serving, name, status=status, model_version=version) for status in states}


def answered(serving: Any) -> float | None:
    return value(serving, "ml_inference_latency_seconds_count", model_version="v1")


def fails(error: BaseException) -> None:
    raise error


def test_counters_begin_at_zero_and_gauges_only_when_set(serving: Any) -> None:
    assert counted(serving) == {"success": 0, "rejected": 0, "error": 0}
    assert value(serving, "ml_active_requests") == 0
    assert value(serving, "ml_queue_depth") is None
    serving.set_queue_depth(3)
    assert value(serving, "ml_queue_depth") == 3


def test_an_answer_is_counted_and_timed(serving: Any) -> None:
    @serving.measure
    def double(number: int) -> int:
        """Doubles."""
        assert value(serving, "ml_active_requests") == 1
        return 2 * number

    assert (double(4), double.__name__, double.__doc__) == (8, "double", "Doubles.")
    assert counted(serving) == {"success": 1, "rejected": 0, "error": 0}
    assert answered(serving) == 1
    assert value(serving, "ml_active_requests") == 0


@pytest.mark.parametrize("error", [ValueError("x"), asyncio.CancelledError(), SystemExit(1), KeyboardInterrupt()])
def test_what_is_raised_is_an_error_counted_once_and_goes_on(serving: Any, error: BaseException) -> None:
    with pytest.raises(type(error)) as caught:
        serving.measure(fails)(error)
    assert caught.value is error
    assert counted(serving) == {"success": 0, "rejected": 0, "error": 1}
    assert answered(serving) == 1
    assert value(serving, "ml_active_requests") == 0


def test_a_refusal_is_not_an_error_and_not_timed(serving: Any) -> None:
    with pytest.raises(KeyError):
        serving.measure(fails)(KeyError("card"))

    def refuse() -> None:
        with serving.inference() as call:
            call.reject()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        refuse()
    assert counted(serving) == {"success": 0, "rejected": 2, "error": 0}
    assert value(serving, "ml_rejected_requests_total", model_version="v1") == 2
    assert answered(serving) == 0


def test_a_fallback_is_a_success_that_is_counted_beside_it(serving: Any) -> None:
    with serving.inference() as call:
        call.fallback("feature-store-down")
    assert counted(serving) == {"success": 1, "rejected": 0, "error": 0}
    assert value(serving, "ml_fallback_responses_total", model_version="v1", reason="feature-store-down") == 1


def test_an_error_without_an_exception(serving: Any) -> None:
    with serving.inference() as call:
        call.fail()
    assert counted(serving)["error"] == 1


def test_inferences_within_inferences(serving: Any) -> None:
    with serving.inference() as outer, serving.inference(version="v2") as inner:
        assert value(serving, "ml_active_requests") == 2
        inner.fail()
        assert outer is not inner
    assert counted(serving) == {"success": 1, "rejected": 0, "error": 0}
    assert counted(serving, "v2")["error"] == 1


def test_a_label_that_is_not_there(serving: Any) -> None:
    with pytest.raises(TypeError, match="knows no label color"):
        serving.inference(color="red")


def test_coroutines(serving: Any) -> None:
    @serving.measure
    async def answer(number: int) -> int:
        await asyncio.sleep(0.02)
        if number % 4 == 0:
            raise ValueError(number)
        return number

    async def all_of_them() -> list[Any]:
        return await asyncio.gather(*(answer(number) for number in range(40)), return_exceptions=True)

    results = asyncio.run(all_of_them())
    assert sum(isinstance(result, ValueError) for result in results) == 10
    assert counted(serving) == {"success": 30, "rejected": 0, "error": 10}
    assert value(serving, "ml_inference_latency_seconds_bucket", le="0.01", model_version="v1") == 0
    assert answered(serving) == 40


def test_a_coroutine_that_times_out_is_an_error(serving: Any) -> None:
    @serving.measure
    async def slow() -> None:
        await asyncio.sleep(10)

    async def impatient() -> None:
        await asyncio.wait_for(slow(), 0.02)

    with pytest.raises(TimeoutError):
        asyncio.run(impatient())
    assert counted(serving)["error"] == 1
    assert value(serving, "ml_active_requests") == 0


def test_streams(serving: Any) -> None:
    @serving.measure
    def tokens(count: int, fails: bool = False) -> Iterator[int]:
        for number in range(count):
            assert value(serving, "ml_active_requests") == 1
            yield number
        if fails:
            raise ValueError("broken")

    assert list(tokens(3)) == [0, 1, 2]
    cut_short = tokens(3)
    next(cut_short)
    cut_short.close()  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="broken"):
        list(tokens(1, fails=True))
    assert counted(serving) == {"success": 2, "rejected": 0, "error": 1}


def test_streams_of_coroutines(serving: Any) -> None:
    closed = []

    @serving.measure
    async def tokens() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            closed.append(True)

    async def read() -> list[int]:
        found = [token async for token in tokens()]
        stream = tokens()
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        return found

    assert asyncio.run(read()) == [1, 2]
    assert closed == [True, True]
    assert counted(serving) == {"success": 2, "rejected": 0, "error": 0}
    assert value(serving, "ml_active_requests") == 0


def test_threads_lose_nothing(serving: Any) -> None:
    def work(number: int) -> None:
        for _ in range(500):
            with serving.inference() as call:
                serving.observe_confidence(0.9)
                if number == 0:
                    call.fail()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(serving) == {"success": 3500, "rejected": 0, "error": 500}
    assert value(serving, "ml_model_confidence_score_count") == 4000
    assert value(serving, "ml_active_requests") == 0


def test_another_import_and_another_instance_share_the_metrics(source: str) -> None:
    registry = CollectorRegistry()
    first = imported(source, "fraud").Serving(version="v1", registry=registry)
    second = imported(source, "app.fraud").Serving(version="v1", registry=registry)
    for one in (first, second):
        one.measure(lambda: None)()
        one.set_queue_depth(1)
    assert counted(first)["success"] == 2


def test_the_default_registry_is_the_one_that_is_scraped(source: str) -> None:
    from prometheus_client import REGISTRY

    assert imported(source).Serving(version="v1").registry is REGISTRY
    assert imported(source).Serving(version="v1").registry is REGISTRY


def test_gauges_of_an_old_version_go(serving: Any) -> None:
    name = "model_created_timestamp_seconds"
    serving.set_model_created(datetime(2026, 1, 1, tzinfo=UTC))
    assert value(serving, name, model_version="v1") == 1767225600
    serving.use_version("v2")
    assert value(serving, name, model_version="v1") is None
    serving.set_model_created(5)
    assert value(serving, name, model_version="v2") == 5
    assert counted(serving, "v2") == {"success": 0, "rejected": 0, "error": 0}
    with serving.inference():
        pass
    assert counted(serving) == {"success": 0, "rejected": 0, "error": 0}
    assert counted(serving, "v2")["success"] == 1
