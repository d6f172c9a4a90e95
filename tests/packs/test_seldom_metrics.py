"""CloudWatch alarms on what AWS writes once a day or a few times: Model Monitor's reports and the bill."""

from decimal import Decimal
from pathlib import Path

import pytest

from mlmon.plan.model import Plan
from mlmon.targets import cloudwatch
from mlmon.targets.cloudwatch.alarm import MetricAlarm
from mlmon.targets.cloudwatch.fleet import module
from tests.support.compiled import HEAD, PROJECT, plan_of

MONITOR = """\
quality:
  - {preset: sagemaker-model-monitor, endpoint: fraud-prod, data_schedule: data, feature: amount,
     quality_schedule: truth, quality_metric: auc, bias_schedule: bias,
     facet: sex, facet_value: f, explainability_schedule: shap}
"""
BILL = """\
infrastructure:
  - {preset: aws-billing, usd_per_month: 2000}
"""
VIRGINIA = f"{PROJECT}  cloudwatch: {{region: us-east-1}}\n"
ELSEWHERE = f"{PROJECT}  cloudwatch: {{region: eu-central-1}}\n"


def alarms(plan: Plan) -> dict[str, MetricAlarm]:
    """The alarms by the last part of their names, which is the alert's with its severity."""
    made = module(plan)
    assert made is not None
    return {alarm.name: alarm for service in made.services for alarm in service.alarms}


def named(plan: Plan, part: str) -> MetricAlarm:
    (found,) = [alarm for name, alarm in alarms(plan).items() if part in name]
    return found


@pytest.fixture(name="monitor", scope="module")
def _monitor(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(tmp_path_factory.mktemp("monitor"), HEAD + MONITOR)


def test_a_metric_is_named_after_the_feature_that_the_spec_gives(monitor: Plan) -> None:
    alarm = named(monitor, "MonitoredFeatureDrift")
    assert (alarm.namespace, alarm.metric) == ("aws/sagemaker/Endpoints/data-metrics", "feature_baseline_drift_amount")
    assert alarm.dimensions == {"Endpoint": "fraud-prod", "MonitoringSchedule": "data"}


def test_one_report_a_day_is_looked_for_in_periods_of_a_day(monitor: Plan) -> None:
    alarm = named(monitor, "MonitoredQualityLow")
    assert (alarm.metric, alarm.statistic, alarm.period, alarm.evaluation_periods) == ("auc", "Minimum", 86400, 1)
    assert alarm.threshold == Decimal("0.8")


def test_a_missing_report_is_noticed_after_26_hours(monitor: Plan) -> None:
    for part in ("DataReportAbsent", "QualityReportMissing", "BiasReportAbsent", "AttributionReportAbsent"):
        alarm = named(monitor, part)
        assert (alarm.period, alarm.evaluation_periods, alarm.treat_missing_data) == (3600, 26, "breaching")


def test_bias_has_the_seven_dimensions_of_its_series(monitor: Plan) -> None:
    alarm = named(monitor, "MonitoredBias")
    assert alarm.metric == "bias_metric_DPPL"
    assert set(alarm.dimensions) == {
        "Endpoint", "MonitoringSchedule", "BiasStage", "Label", "LabelValue", "Facet", "FacetValue",
    }  # fmt: skip


def test_aws_would_accept_all_of_it(monitor: Plan) -> None:
    assert cloudwatch.refusals(monitor) == []


def test_what_has_no_schedule_is_not_watched(tmp_path: Path) -> None:
    spec = "quality:\n  - {preset: sagemaker-model-monitor, endpoint: e, data_schedule: d, feature: age}\n"
    assert {name.split("-")[-2] for name in alarms(plan_of(tmp_path, HEAD + spec))} == {
        "MonitoredFeatureDrift",
        "DataReportAbsent",
    }


def test_the_bill_is_compared_in_dollars_over_six_hours(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, HEAD + BILL, project=VIRGINIA)
    thresholds = {alarm.threshold for alarm in alarms(plan).values()}
    assert thresholds == {Decimal(1600), Decimal(2000)}
    assert {alarm.period for alarm in alarms(plan).values()} == {21600}
    assert cloudwatch.refusals(plan) == []


def test_the_bill_cannot_be_watched_from_another_region(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, HEAD + BILL, project=ELSEWHERE)
    assert cloudwatch.refusals(plan) == [
        "fraud (aws-billing) reads AWS/Billing, which exists in us-east-1 only, "
        "but outputs.cloudwatch.region is eu-central-1"
    ]
