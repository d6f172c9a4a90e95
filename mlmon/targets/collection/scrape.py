"""Scrape configurations of jobs and probes, as Prometheus and the OpenTelemetry collector read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlmon.plan.collection import Addresses, Nodes, Pods
from mlmon.targets.collection import relabel
from mlmon.targets.collection.relabel import Rule, fixed
from mlmon.units import Duration

if TYPE_CHECKING:
    from mlmon.plan.collection import Collection, Probe, ScrapeJob
    from mlmon.plan.model import Outputs

LIMITS: Final = {"label_limit": 64, "label_name_length_limit": 200, "label_value_length_limit": 2048}
"""More labels, or longer ones, than any exporter has; a page beyond them is refused as a whole."""
_TIMEOUT: Final = Duration.of("10s")
_ACCOUNT: Final = "/var/run/secrets/kubernetes.io/serviceaccount"

Config = dict[str, Any]


def configs(collection: Collection, outputs: Outputs) -> list[Config]:
    """Return one configuration for each job, then one for each probe."""
    jobs = [config(job, outputs) for job in collection.jobs]
    return jobs + [_probing(probe, collection, outputs) for probe in collection.probes]


def config(job: ScrapeJob, outputs: Outputs) -> Config:
    """Return the scrape configuration of one job."""
    made: Config = {"job_name": job.name, **_times(outputs), "metrics_path": job.path, "scheme": job.scheme}
    if job.honor_labels:
        made["honor_labels"] = True
    made |= _discovered(job)
    made["metric_relabel_configs"] = [rule.prometheus() for rule in relabel.of_metrics(job)]
    if job.sample_limit:
        made["sample_limit"] = job.sample_limit
    return made | LIMITS


def _discovered(job: ScrapeJob) -> Config:
    """How targets are found, and what becomes of them."""
    match job.discovery:
        case Addresses(targets):
            made: Config = {"static_configs": [{"targets": list(targets)}]}
            rules: list[Rule] = []
        case Nodes():
            made = {
                "scheme": "https",
                "authorization": {"credentials_file": f"{_ACCOUNT}/token"},
                "tls_config": {"ca_file": f"{_ACCOUNT}/ca.crt"},
                "kubernetes_sd_configs": [{"role": "node"}],
            }
            rules = relabel.of_nodes(job)
        case Pods() as pods:
            made = {"kubernetes_sd_configs": [_pods(job, pods)]}
            rules = relabel.of_pods(job, pods)
    return made | {"relabel_configs": [rule.prometheus() for rule in (*rules, *relabel.labels(job))]}


def _pods(job: ScrapeJob, pods: Pods) -> Config:
    """Ask the API server for these pods only; a Prometheus need not know all others."""
    made: Config = {"role": "pod"}
    if pods.namespaces:
        made["namespaces"] = {"names": list(pods.namespaces)}
    if pods.labels:
        selector = ",".join(f"{key}={value}" for key, value in pods.labels)
        made["selectors"] = [{"role": "pod", "label": selector}]
    if job.node_labels:
        made["attach_metadata"] = {"node": True}
    return made


def times(outputs: Outputs) -> tuple[str, str]:
    """Return how often a page is scraped, and how long that may take: never longer than until the next time."""
    return str(outputs.scrape_interval), str(min(outputs.scrape_interval, _TIMEOUT))


def _times(outputs: Outputs) -> Config:
    return dict(zip(("scrape_interval", "scrape_timeout"), times(outputs), strict=True))


def _probing(probe: Probe, collection: Collection, outputs: Outputs) -> Config:
    """Return what has the blackbox exporter ask an address; the address itself is the label `instance`."""
    rules = [
        Rule(source=("__address__",), target="__param_target"),
        Rule(source=("__param_target",), target="instance"),
        fixed("job", probe.job),
        fixed("__address__", collection.blackbox),
    ]
    return {
        "job_name": f"probe-{probe.name}",
        **_times(outputs),
        "metrics_path": "/probe",
        "params": {"module": [probe.module]},
        "static_configs": [{"targets": [probe.url]}],
        "relabel_configs": [rule.prometheus() for rule in rules],
    }
