"""Input series that make the alerts of the runtime and application packs fire, and look-alikes that must not.

Counters advance by a step of 30 seconds. A case fires at `at` (and not yet 30 seconds before its `for` could be over),
or stays silent from beginning to end.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.compiled import HEAD

STEPS = 80
GPU = """
    signals:
      gpu_utilization:
        kind: gauge
        unit: ratio
        help: Busy time of the GPU.
        prometheus: {metric: ml_gpu_utilization_percent, scale: 0.01}
"""
SPECS = {
    "client": HEAD + "runtimes:\n  - {preset: prometheus-client, selector: {job: x}}\n",
    "client-gpu": HEAD + "runtimes:\n  - preset: prometheus-client\n    selector: {job: x}" + GPU,
    "vllm-gpu": HEAD + "runtimes:\n  - preset: vllm\n    selector: {job: x}" + GPU,
    "vllm": HEAD + "runtimes:\n  - {preset: vllm, selector: {job: x}}\n",
    "triton": HEAD + "runtimes:\n  - {preset: triton, selector: {job: x}}\n",
    "triton-histogram": HEAD + "runtimes:\n  - {preset: triton, selector: {job: x}, family: histogram}\n",
}


@dataclass(frozen=True)
class Case:
    """One alert with input on which it fires, or (`fires` off) stays silent."""

    spec: str
    alert: str
    severity: str
    why: str
    series: Mapping[str, str]
    fires: bool = True
    at: str = "35m"


def series(metric: str, values: str, **labels: str) -> dict[str, str]:
    """One input series of the job that every spec selects."""
    pairs = ",".join(f'{key}="{value}"' for key, value in {"job": "x", "instance": "a:8000", **labels}.items())
    return {f"{metric}{{{pairs}}}": values}


def counter(metric: str, step: float, **labels: str) -> dict[str, str]:
    """A counter that grows by `step` every 30 seconds."""
    return series(metric, f"0+{step}x{STEPS}", **labels)


def gauge(metric: str, value: float, **labels: str) -> dict[str, str]:
    """A gauge that stays where it is."""
    return series(metric, f"{value}x{STEPS}", **labels)


def histogram(metric: str, buckets: Mapping[str, float], **labels: str) -> dict[str, str]:
    """A histogram by the cumulative step of each bucket; the last one counts all observations."""
    bounds = {**buckets, "+Inf": list(buckets.values())[-1]}
    return {
        key: value
        for bound, step in bounds.items()
        for key, value in counter(f"{metric}_bucket", step, le=bound, **labels).items()
    }


def quantile_cases(
    spec: str, alert: str, severity: str, metric: str, bounds: tuple[str, str], share: float
) -> list[Case]:
    """Just more, and just fewer, observations above the first bound than the quantile allows."""
    first, second = bounds
    return [
        Case(spec, alert, severity, f"slower than {first}", histogram(metric, {first: share - 20, second: 1000})),
        Case(
            spec, alert, severity, f"within {first}", histogram(metric, {first: share + 20, second: 1000}), fires=False
        ),
    ]


REQUESTS = "ml_inference_requests_total"


def answers(success: float, error: float | None = None) -> dict[str, str]:
    """Requests of the client's default family; without `error` the error series does not exist."""
    good = counter(REQUESTS, success, status="success", model_version="1")
    return good if error is None else good | counter(REQUESTS, error, status="error", model_version="1")


def idle_gpu(percent: float) -> dict[str, str]:
    return gauge("ml_gpu_utilization_percent", percent)


LATENCY = "ml_inference_latency_seconds"
SLOW = histogram(LATENCY, {"0.5": 900, "1.0": 1000})
FAST = histogram(LATENCY, {"0.5": 1000, "1.0": 1000})

CLIENT = [
    Case("client", "ServiceDown", "page", "every target fails", gauge("up", 0) | gauge("up", 0, instance="b:8000")),
    Case("client", "ServiceDown", "page", "one of two fails",
         gauge("up", 0) | gauge("up", 1, instance="b:8000"), False),
    Case("client", "ServiceAbsent", "page", "no target at all", gauge("up", 1, job="other")),
    Case("client", "ServiceAbsent", "page", "targets leave discovery", series("up", "1x9 stale"), at="11m"),
    Case("client", "ServiceAbsent", "page", "a failing target is not absent", gauge("up", 0), False),
    Case("client", "InstanceDown", "ticket", "one of two fails", gauge("up", 0) | gauge("up", 1, instance="b:8000")),
    Case("client", "InstanceDown", "ticket", "a restart of ten minutes", series("up", "1x9 0x20 1x50"), False),
    Case("client", "HighErrorRatio", "page", "6 % fail", answers(940, 60)),
    Case("client", "HighErrorRatio", "page", "4 % fail", answers(960, 40), False),
    Case("client", "HighErrorRatio", "page", "no error series exists yet", answers(1000), False),
    Case("client", "HighErrorRatio", "page", "an idle service", answers(0, 0), False),
    Case("client", "HighErrorRatio", "page", "all fail, no success series", counter(REQUESTS, 9, status="error")),
    Case("client", "HighErrorRatio", "ticket", "2 % fail", answers(980, 20)),
    Case("client", "HighErrorRatio", "ticket", "0.5 % fail", answers(995, 5), False),
    Case("client", "HighErrorRatio", "page", "a restart resets both counters",
         series(REQUESTS, "0+1000x30 0+1000x49", status="success")
         | series(REQUESTS, "0+10x30 0+10x49", status="error"), False),
    Case("client", "HighClientErrorRatio", "ticket", "6 % refused",
         answers(1000) | counter("ml_rejected_requests_total", 60)),
    Case("client", "HighClientErrorRatio", "ticket", "4 % refused",
         answers(1000) | counter("ml_rejected_requests_total", 40), False),
    Case("client", "HighFallbackRatio", "ticket", "6 % fallbacks",
         answers(1000) | counter("ml_fallback_responses_total", 60)),
    Case("client", "HighFallbackRatio", "ticket", "no fallback ever", answers(1000), False),
    *quantile_cases("client", "HighLatencyP99", "ticket", LATENCY, ("0.5", "1.0"), 990),
    Case("client", "HighLatencyP99", "page", "between 1 s and 5 s", histogram(LATENCY, {"1.0": 900, "5.0": 1000})),
    Case("client", "HighLatencyP99", "page", "below 1 s", SLOW, False),
    Case("client", "QueueBuildingUp", "ticket", "120 wait", gauge("ml_queue_depth", 120)),
    Case("client", "QueueBuildingUp", "ticket", "60 wait", gauge("ml_queue_depth", 60), False),
    Case("client", "QueueBuildingUp", "ticket", "a burst of a minute",
         series("ml_queue_depth", "0x20 400x1 0x50"), False),
    Case("client", "QueueBuildingUp", "ticket", "130 wait with one empty sample",
         series("ml_queue_depth", "130x29 0 130x50"), at="17m"),
    Case("client", "QueueBuildingUp", "info", "60 wait", gauge("ml_queue_depth", 60)),
    Case("client", "QueueBuildingUp", "info", "40 wait", gauge("ml_queue_depth", 40), False),
    Case("client-gpu", "BatchingMisconfigured", "ticket", "slow on idle GPUs", SLOW | idle_gpu(20)),
    Case("client-gpu", "BatchingMisconfigured", "ticket", "slow on busy GPUs", SLOW | idle_gpu(90), False),
    Case("client-gpu", "BatchingMisconfigured", "ticket", "fast on idle GPUs", FAST | idle_gpu(20), False),
    Case("client", "FileDescriptorsNearlyUsed", "ticket", "90 % open",
         gauge("process_open_fds", 900) | gauge("process_max_fds", 1000)),
    Case("client", "FileDescriptorsNearlyUsed", "ticket", "70 % open",
         gauge("process_open_fds", 700) | gauge("process_max_fds", 1000), False),
    Case("client", "SeveralVersionsServing", "info", "two versions for hours",
         series(REQUESTS, "0+10x300", model_version="1") | series(REQUESTS, "0+10x300", model_version="2"), at="135m"),
    Case("client", "SeveralVersionsServing", "info", "a rollout of an hour",
         series(REQUESTS, "0+10x180 1800x120", model_version="1")
         | series(REQUESTS, "0x60 0+10x240", model_version="2"), False, at="140m"),
]  # fmt: skip

WAITING = histogram("vllm:request_queue_time_seconds", {"1.0": 900, "1.5": 1000})
VLLM = [
    Case("vllm", "HighErrorRatio", "page", "6 % of API requests are 5xx",
         counter("http_requests_total", 94, handler="/v1/chat/completions", status="2xx")
         | counter("http_requests_total", 6, handler="/v1/chat/completions", status="5xx")),
    Case("vllm", "HighErrorRatio", "page", "no 5xx series exists yet",
         counter("http_requests_total", 94, handler="/v1/chat/completions", status="2xx"), False),
    Case("vllm", "HighErrorRatio", "page", "other routes do not count",
         counter("http_requests_total", 94, handler="/v1/completions", status="2xx")
         | counter("http_requests_total", 50, handler="/tokenize", status="5xx"), False),
    *quantile_cases("vllm", "HighLatencyP99", "ticket", "vllm:e2e_request_latency_seconds", ("60.0", "120.0"), 980),
    *quantile_cases("vllm", "HighTimeToFirstToken", "ticket", "vllm:time_to_first_token_seconds", ("2.5", "5.0"), 950),
    *quantile_cases("vllm", "HighTimeToFirstToken", "page", "vllm:time_to_first_token_seconds", ("10.0", "20.0"), 950),
    *quantile_cases("vllm", "HighInterTokenLatency", "ticket", "vllm:inter_token_latency_seconds", ("0.2", "0.3"), 950),
    *quantile_cases("vllm", "RequestsWaiting", "ticket", "vllm:request_queue_time_seconds", ("1.0", "1.5"), 950),
    *(
        Case("vllm", "HighGenerationErrorRatio", severity, f"{bad} of 1000 break off",
             counter("vllm:request_success_total", 1000 - bad, finished_reason="stop")
             | counter("vllm:request_success_total", bad, finished_reason="error"), fires)
        for severity, limits in {"page": (60, 40), "ticket": (20, 5)}.items()
        for bad, fires in zip(limits, (True, False), strict=True)
    ),
    Case("vllm", "KVCacheNearlyFull", "ticket", "97 % with one low sample",
         series("vllm:kv_cache_usage_perc", "0.97x29 0.9 0.97x50"), at="22m"),
    Case("vllm", "KVCacheNearlyFull", "ticket", "93 %", gauge("vllm:kv_cache_usage_perc", 0.93), False),
    Case("vllm-gpu", "BatchingMisconfigured", "ticket", "waiting for idle GPUs", WAITING | idle_gpu(20)),
    Case("vllm-gpu", "BatchingMisconfigured", "ticket", "waiting for busy GPUs", WAITING | idle_gpu(90), False),
    Case("vllm", "FrequentPreemptions", "ticket", "one in five answers",
         counter("vllm:num_preemptions_total", 20)
         | counter("vllm:request_success_total", 100, finished_reason="stop")),
    Case("vllm", "FrequentPreemptions", "ticket", "one in twenty answers",
         counter("vllm:num_preemptions_total", 5) | counter("vllm:request_success_total", 100, finished_reason="stop"),
         False),
]  # fmt: skip


def triton(milliseconds: float, queue: float = 0, **failures: float) -> dict[str, str]:
    """100 answers a step with a mean latency and a share of it in the queue, and failures by reason."""
    spent = 100 * milliseconds * 1000
    made = counter("nv_inference_request_success", 100, model="ranker", version="1")
    made |= counter("nv_inference_request_duration_us", spent, model="ranker", version="1")
    made |= counter("nv_inference_queue_duration_us", spent * queue, model="ranker", version="1")
    for reason, step in failures.items():
        made |= counter("nv_inference_request_failure", step, model="ranker", version="1", reason=reason)
    return made


def gpu(utilization: float) -> dict[str, str]:
    return gauge("nv_gpu_utilization", utilization, gpu_uuid="GPU-1")


FIRST = "nv_inference_first_response_histogram_ms"
TRITON = [
    Case("triton", "HighErrorRatio", "page", "6 % fail in the backend", triton(50, BACKEND=7, REJECTED=0)),
    Case("triton", "HighErrorRatio", "page", "cancelled requests are no errors",
         triton(50, BACKEND=0, CANCELED=50), False),
    Case("triton", "HighErrorRatio", "page", "only failures are left",
         counter("nv_inference_request_success", 0) | counter("nv_inference_request_failure", 9, reason="OTHER")),
    Case("triton", "HighLatencyMean", "ticket", "220 ms", triton(220)),
    Case("triton", "HighLatencyMean", "ticket", "180 ms", triton(180), False),
    Case("triton", "HighLatencyMean", "page", "1.1 s", triton(1100)),
    Case("triton", "HighLatencyMean", "page", "900 ms", triton(900), False),
    Case("triton", "HighQueueTimeShare", "ticket", "60 % waiting", triton(100, queue=0.6)),
    Case("triton", "HighQueueTimeShare", "ticket", "40 % waiting", triton(100, queue=0.4), False),
    Case("triton", "BatchingMisconfigured", "ticket", "slow on idle GPUs", triton(300) | gpu(0.2)),
    Case("triton", "BatchingMisconfigured", "ticket", "slow on busy GPUs", triton(300) | gpu(0.9), False),
    Case("triton", "BatchingMisconfigured", "ticket", "fast on idle GPUs", triton(50) | gpu(0.2), False),
    Case("triton", "QueueBuildingUp", "ticket", "120 pending", gauge("nv_inference_pending_request_count", 120)),
    *quantile_cases("triton-histogram", "HighLatencyP99", "page", FIRST, ("2000", "5000"), 980),
]  # fmt: skip

CASES = [*CLIENT, *VLLM, *TRITON]
