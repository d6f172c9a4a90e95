"""Whose requests count: the general error ratio on model servers, each with its look-alikes."""

from tests.packs.serving_cases import Case, counter
from tests.support.compiled import HEAD

PRESETS = ("sglang", "tgi", "torchserve", "tensorflow-serving", "ray-serve", "mlserver", "bentoml")
FAMILIES = {"knative-queue-proxy": ("kn_serving", "revision"), "seldon-core-2": ("model", "pipeline")}
SPECS = {name: f"{HEAD}runtimes:\n  - {{preset: {name}, selector: {{job: x}}}}\n" for name in PRESETS} | {
    f"{name}-{family}": f"{HEAD}runtimes:\n  - {{preset: {name}, family: {family}, selector: {{job: x}}}}\n"
    for name, families in FAMILIES.items()
    for family in families
}


def ratio(spec: str, why: str, *counters: tuple[str, float, dict[str, str]], fires: bool = True) -> Case:
    """The page on the error ratio, for counters given as metric, step and labels."""
    made: dict[str, str] = {}
    for metric, step, labels in counters:
        made |= counter(metric, step, **labels)
    return Case(spec, "HighErrorRatio", "page", why, made, fires)


CHAT = {"endpoint": "/v1/chat/completions"}
SGLANG = "sglang:http_responses_total"
TORCH = ("ts_inference_requests_total", 100, {"model_name": "m"})
TF = ":tensorflow:serving:request_count"
RAY = "ray_serve_num_http_requests_total"
BENTO = "bentoml_service_request_total"
SERVERS = [
    ratio("sglang", "6 % are 5xx",
          (SGLANG, 94, CHAT | {"status_code": "200"}), (SGLANG, 6, CHAT | {"status_code": "503"})),
    ratio("sglang", "health checks are not requests", (SGLANG, 94, CHAT | {"status_code": "200"}),
          (SGLANG, 50, {"endpoint": "/health_generate", "status_code": "503"}), fires=False),
    ratio("tgi", "6 % are turned away",
          ("tgi_request_success", 94, {}), ("tgi_request_failure", 6, {"err": "overloaded"})),
    ratio("tgi", "invalid requests are the caller's", ("tgi_request_success", 50, {}),
          ("tgi_request_failure", 50, {"err": "validation"}), fires=False),
    ratio("tgi", "nothing has failed yet", ("tgi_request_success", 50, {}), fires=False),
    ratio("torchserve", "6 of 100, whatever health checks add",
          TORCH, ("Requests2XX", 1000, {}), ("Requests5XX", 6, {})),
    ratio("torchserve", "4 of 100", TORCH, ("Requests5XX", 4, {}), fires=False),
    ratio("tensorflow-serving", "6 % are internal", (TF, 94, {"status": "OK"}), (TF, 6, {"status": "INTERNAL"})),
    ratio("tensorflow-serving", "wrong tensors are the caller's", (TF, 60, {"status": "OK"}),
          (TF, 40, {"status": "INVALID_ARGUMENT"}), fires=False),
    ratio("ray-serve", "6 % are 5xx", (RAY, 94, {"route": "/chat", "status_code": "200"}),
          (RAY, 6, {"route": "/chat", "status_code": "500"})),
    ratio("ray-serve", "health checks are not requests", (RAY, 94, {"route": "/chat", "status_code": "200"}),
          (RAY, 50, {"route": "/-/healthz", "status_code": "503"}), fires=False),
    ratio("mlserver", "6 % fail", ("model_infer_request_success_total", 94, {"model": "m"}),
          ("model_infer_request_failure_total", 6, {"model": "m"})),
    ratio("mlserver", "4 % fail", ("model_infer_request_success_total", 96, {"model": "m"}),
          ("model_infer_request_failure_total", 4, {"model": "m"}), fires=False),
    ratio("bentoml", "all fail while health checks pass",
          (BENTO, 5, {"endpoint": "/score", "http_response_code": "500"}),
          (BENTO, 900, {"endpoint": "/readyz", "http_response_code": "200"})),
    ratio("bentoml", "failing health checks are not requests",
          (BENTO, 95, {"endpoint": "/score", "http_response_code": "200"}),
          (BENTO, 90, {"endpoint": "/readyz", "http_response_code": "503"}), fires=False),
]  # fmt: skip
STATUS = "http_response_status_code"
BY_CODE = (
    ("knative-queue-proxy-kn_serving", "kn_serving_invocation_duration_seconds_count", STATUS, "200", "502"),
    ("knative-queue-proxy-revision", "revision_request_count", "response_code_class", "2xx", "5xx"),
    ("seldon-core-2-model", "seldon_model_infer_total", "code", "200", "503"),
    ("seldon-core-2-model", "seldon_model_infer_total", "code", "OK", "DeadlineExceeded"),
    ("seldon-core-2-pipeline", "seldon_pipeline_infer_total", "code", "OK", "Internal"),
)
CASES = SERVERS + [
    ratio(spec, f"{bad} of 100", (metric, 100 - bad, {label: good}), (metric, bad, {label: wrong}), fires=bad > 5)
    for spec, metric, label, good, wrong in BY_CODE
    for bad in (4, 6)
]
