"""Generated modules, compiled and imported in the process."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from mlmon.targets.instrumentation import render
from tests.support.compiled import HEAD, plan_of

SPEC = f"""\
{HEAD}model: {{name: fraud_detector}}
runtimes:
  - {{preset: prometheus-client, selector: {{job: fraud, app: scoring}}}}
quality:
  - {{preset: model-quality, model: fraud_detector}}
pipelines:
  - {{preset: batch-job, job: nightly}}
slos:
  - {{name: availability, objective: 99.9%}}
  - {{name: latency, objective: 99%, threshold: 500ms}}
thresholds:
  latency_p99: {{page: 2s, ticket: 250ms}}
"""
REGEX_SPEC = """\
apiVersion: mlmon/v1
kind: Service
metadata: {name: fraud, team: ml, description: Scores payments.}
runtimes:
  - preset: prometheus-client
    selector: {job: fraud, model_name: cards}
    family: model_inference
    signals:
      requests: {prometheus: {metric: http_requests_total, matchers: {handler: /predict}, labels: {tenant: tenant}}}
      errors: {prometheus: {metric: http_requests_total, matchers: {handler: /predict, code: {regex: "5.."}}}}
      client_errors: {prometheus: {metric: http_requests_total, matchers: {handler: /predict, code: {regex: "4.."}}}}
      latency: {prometheus: {metric: request_ms, scale: 0.001, buckets: [10, 100, 1000, 10000]}}
      fallbacks: {prometheus: {metric: ml_fallbacks, matchers: {kind: {regex: "[xyz]{9}"}}}}
slos:
  - {name: latency, objective: 99%, threshold: 1s}
thresholds:
  latency_p99: {page: 2s}
"""


def text(folder: Path, spec: str = SPEC, name: str = "instrumentation/fraud.py") -> str:
    """What the one service of a spec gets."""
    return render(plan_of(folder, spec))[name]


EMF_SPEC = f"""\
{HEAD}runtimes:
  - preset: prometheus-client
    selector: {{job: fraud}}
    cloudwatch_namespace: Fraud/Serving
    signals:
      queue_depth:
        cloudwatch:
          {{namespace: Fraud/Serving, metric: QueueDepth, dimensions: {{Service: fraud, Pool: 'a"b'}},
          unit: Count, statistic: Maximum, idle: silent}}
quality:
  - preset: model-quality
    model: fraud_detector
    signals:
      accuracy:
        cloudwatch:
          {{namespace: Fraud, metric: Accuracy, dimensions: {{Service: fraud}},
          unit: None, statistic: Average, idle: silent}}
"""


def imported(source: str, name: str = "generated_module") -> ModuleType:
    """Run a module's text as an import of it would."""
    module = ModuleType(name)
    sys.modules[name] = module
    try:
        exec(compile(source, f"{name}.py", "exec"), module.__dict__)  # noqa: S102  our own output
    finally:
        del sys.modules[name]
    return module


def lines(registry: Any) -> list[str]:
    """The samples of a registry as a scrape reads them, without those that nothing reads."""
    from prometheus_client import generate_latest

    page = generate_latest(registry).decode()
    return [line for line in page.splitlines() if not line.startswith("#") and "_created" not in line.split("{")[0]]
