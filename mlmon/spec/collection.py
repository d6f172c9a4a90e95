"""What a spec says of collecting metrics: forms of output, where targets are, and probes from outside."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from mlmon.spec.fields import LabelName, Period, Ratio, Strict, Text, Url, refuse
from mlmon.units import Duration

Form = Literal[
    "scrape-configs", "operator", "google-managed-prometheus", "dcgm-exporter", "blackbox", "otel-collector", "mimir"
]
"""What `generated/collection/` may hold."""

_DNS_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LABEL_KEY: Final = re.compile(r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_LABEL_VALUE: Final = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")
_PORT_NAME: Final = re.compile(r"(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?")
_ADDRESS: Final = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):\d{1,5}")
_IMAGE: Final = re.compile(r"[A-Za-z0-9._:/-]+(:[A-Za-z0-9_][A-Za-z0-9._-]*|@sha256:[0-9a-f]{64})")
_PATH: Final = re.compile(r"/[^\s?#\"'`\\]*")


def _dns_label(value: Any) -> str:
    if not isinstance(value, str) or not _DNS_LABEL.fullmatch(value):
        raise refuse(f'"{value}" cannot be a Kubernetes namespace', "use a-z, 0-9 and dashes, at most 63 characters")
    return value


def _label_key(value: Any) -> str:
    if not isinstance(value, str) or not _LABEL_KEY.fullmatch(value):
        raise refuse(f'"{value}" cannot be a Kubernetes label', "write for example app or app.kubernetes.io/name")
    return value


def _label_value(value: Any) -> str:
    if not isinstance(value, str) or not _LABEL_VALUE.fullmatch(value):
        advice = "use letters, digits, dashes, dots and underscores, at most 63, in quotes where YAML reads a number"
        raise refuse(f'"{value}" cannot be the value of a Kubernetes label', advice)
    return value


def _port(value: Any) -> int | str:
    number = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536
    if not number and not (isinstance(value, str) and _PORT_NAME.fullmatch(value)):
        raise refuse(f'"{value}" is not a port', "write a number such as 8000, or the name that its container gives it")
    return value  # type: ignore[no-any-return]


def _path(value: Any) -> str:
    if not isinstance(value, str) or not _PATH.fullmatch(value):
        raise refuse(f'"{value}" is not the path of a page', "write for example /metrics")
    return value


def _image(value: Any) -> str:
    if not isinstance(value, str) or not _IMAGE.fullmatch(value):
        raise refuse(f'"{value}" is no container image with a version', "write for example prom/blackbox-exporter:v1")
    return value


def _address(value: Any) -> str:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise refuse(f'"{value}" is not host:port', "write for example gpu-1.example.org:9100")
    return value


Namespace = Annotated[str, BeforeValidator(_dns_label), WithJsonSchema({"type": "string"})]
"""A Kubernetes namespace (an RFC 1123 label)."""
LabelKey = Annotated[str, BeforeValidator(_label_key), WithJsonSchema({"type": "string"})]
"""A key of a Kubernetes label."""
LabelValue = Annotated[str, BeforeValidator(_label_value), WithJsonSchema({"type": "string"})]
"""A value of a Kubernetes label."""
Port = Annotated[int | str, BeforeValidator(_port), WithJsonSchema({"type": ["integer", "string"]})]
"""A container's port by number, or by the name that its container gives it."""
PagePath = Annotated[str, BeforeValidator(_path), WithJsonSchema({"type": "string"})]
"""Path of a page, from the slash on."""
Image = Annotated[str, BeforeValidator(_image), WithJsonSchema({"type": "string"})]
"""A container image with a tag or digest."""
Address = Annotated[str, BeforeValidator(_address), WithJsonSchema({"type": "string"})]
"""host:port."""


class Collect(Strict):
    """Where a component's metrics are, as far as the preset does not know; `collect: off` where others collect them."""

    off: bool = Field(default=False, description="Nothing is generated for it: its metrics are collected elsewhere.")
    namespace: Namespace | None = Field(default=None, description="Kubernetes namespace of its pods.")
    pods: dict[LabelKey, LabelValue] = Field(default_factory=dict, description="Labels that all of its pods have.")
    targets: list[Address] = Field(default_factory=list, description="Fixed addresses instead of pods, host:port.")
    port: Port | None = None
    path: PagePath | None = None
    scheme: Literal["http", "https"] = "http"
    sample_limit: int | None = Field(default=None, gt=0, description="Samples on one page beyond which it is refused.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        return {"off": True} if data == "off" else data

    @model_validator(mode="after")
    def _one_place(self) -> Collect:
        if self.targets and (self.pods or self.namespace or self.port):
            raise refuse("`targets` are whole addresses", "remove `pods`, `namespace` and `port`, or remove `targets`")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """Both forms, for editors."""
        return {"anyOf": [{"const": "off"}, handler(core)]}


def _share(value: Decimal) -> Decimal:
    if not value:
        raise refuse("0% of traces is none", "leave `traces` out to collect none")
    return value


class Traces(Strict):
    """Where the collector sends traces, and how many of them."""

    exporters: list[Literal["awsxray", "googlecloud"]] = Field(min_length=1)
    sampling: Annotated[Ratio, AfterValidator(_share)] = Field(
        default=Decimal("0.1"), description="Share of ordinary traces kept; those with errors or slow are all kept."
    )
    slow: Period = Field(default=Duration.of("1s"), description="From which duration on a trace is always kept.")


class CollectionOutput(Strict):
    """Configuration that makes the metrics arrive under the labels which the rules read."""

    forms: list[Form] = Field(min_length=1)
    namespace: Namespace = Field(default="monitoring", description="Where Prometheus and the exporters run.")
    labels: dict[LabelKey, LabelValue] = Field(
        default_factory=dict,
        description="Labels of the operator's objects, by which its Prometheus selects them: "
        "kube-prometheus-stack wants {release: NAME}.",
    )
    external_labels: dict[LabelName, Text] = Field(
        default_factory=dict, description="Added to all that the complete Prometheus configuration sends on."
    )
    alertmanager: Address | None = Field(
        default=None, description="Address of Alertmanager; the operator's Service in the namespace if not given."
    )
    blackbox: Address | None = Field(
        default=None, description="Address of the blackbox exporter; that of the generated Service if not given."
    )
    gpu_nodes: dict[LabelKey, LabelValue] = Field(
        default={"nvidia.com/gpu.present": "true"}, description="Labels of the nodes that have GPUs."
    )
    images: dict[Literal["dcgm", "blackbox"], Image] = Field(
        default_factory=dict, description="Container images of the exporters, as your cluster pulls them."
    )
    traces: Traces | None = None

    @model_validator(mode="after")
    def _pullable(self) -> CollectionOutput:
        if "dcgm-exporter" in self.forms and "dcgm" not in self.images:
            advice = "add `images: {dcgm: …}` with registry and version; dcgm-exporter's README names NVIDIA's"
            raise refuse("the form dcgm-exporter needs an image", advice)
        return self


class ProbeRequest(Strict):
    """What a probe sends, and what it takes for an answer."""

    url: Url = Field(description="Address that is asked from outside.")
    module: Text | None = Field(
        default=None, description="A module of a blackbox exporter of your own; without it one is generated."
    )
    method: Literal["GET", "HEAD", "POST"] = "GET"
    body: Text | None = Field(default=None, description="What a POST sends, such as one sample request as JSON.")
    content_type: Text = "application/json"
    status: list[Annotated[int, Field(ge=100, le=599)]] = Field(
        default_factory=list, description="Expected status codes; any 2xx if none is given."
    )
    contains: Text | None = Field(default=None, description="Text that the answer has to contain.")
    timeout: Period = Duration.of("5s")

    @model_validator(mode="after")
    def _fits(self) -> ProbeRequest:
        if self.body is not None and self.method != "POST":
            raise refuse(f"a {self.method} has no body", "write `method: POST`, or remove `body`")
        if self.timeout.seconds > 10:
            raise refuse("a probe may take 10s at most", "write a shorter `timeout`; ProbeSlow has its own threshold")
        return self
