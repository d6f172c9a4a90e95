"""The SDK, loaded without its warning: its classic model warns on import because v2 is to succeed it.

File provisioning and the Helm chart's sidecar do not load v2 yet. Everything else here takes the SDK from this module.
Written against grafana-foundation-sdk 0.0.21, whose line is the only one for all Grafana versions.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from grafana_foundation_sdk.builders import (
        cloudwatch,
        common,
        dashboard,
        heatmap,
        prometheus,
        stat,
        statetimeline,
        table,
        timeseries,
    )
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.models import cloudwatch as cloudwatch_model
    from grafana_foundation_sdk.models import common as common_model
    from grafana_foundation_sdk.models import dashboard as model
    from grafana_foundation_sdk.models import heatmap as heatmap_model
    from grafana_foundation_sdk.models import units
    from grafana_foundation_sdk.models.prometheus import PromQueryFormat

__all__ = [
    "JSONEncoder",
    "PromQueryFormat",
    "cloudwatch",
    "cloudwatch_model",
    "common",
    "common_model",
    "dashboard",
    "heatmap",
    "heatmap_model",
    "model",
    "prometheus",
    "stat",
    "statetimeline",
    "table",
    "timeseries",
    "units",
]
