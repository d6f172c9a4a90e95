"""A ratio that counts only once it stands for enough events: the expression, and what it says of itself."""

from decimal import Decimal

from mlmon.plan.conditions import Compare
from mlmon.plan.model import Alert
from mlmon.plan.quantities import Ratio
from mlmon.plan.signals import Matcher, PrometheusBinding, Series, Signal
from mlmon.promql.conditions import condition
from mlmon.promql.quantities import Renderer
from mlmon.syntax import check
from mlmon.units import Duration
from tests.support.fleet import fleet


def signal(name: str, scale: str = "1") -> Signal:
    series = (Series(f"{name}_total", (Matcher("job", "=", "a"),)),)
    bound = PrometheusBinding(series, Decimal(scale), (("version", "model_version"),))
    return Signal(name, "c", "counter", "requests", "Help.", "https://example.org", prometheus=bound)


def errors(*by: str, window: str = "5m", scale: str = "1") -> Ratio:
    return Ratio(part=signal("errors", scale), whole=signal("requests", scale), by=by, window=Duration.of(window))


def rendered(item: Ratio, at_least: int | None) -> list[str]:
    text = condition(Compare(item, "above", Decimal("0.01"), at_least), Renderer())
    check(text)
    return text.splitlines()


def test_the_events_are_those_of_the_part_in_the_window_of_the_ratio() -> None:
    assert rendered(errors(window="10m"), 5)[-2:] == ["and on ()", 'sum(increase(errors_total{job="a"}[10m])) >= 5']


def test_groups_are_joined_by_the_metrics_own_label() -> None:
    assert rendered(errors("version"), 5)[-2:] == [
        "and on (model_version)",
        'sum by (model_version) (increase(errors_total{job="a"}[5m])) >= 5',
    ]


def test_events_are_counted_in_the_unit_of_the_signal() -> None:
    assert rendered(errors(scale="0.001"), 5)[-1] == 'sum(increase(errors_total{job="a"}[5m])) / 1000 >= 5'


def test_without_a_floor_nothing_is_joined() -> None:
    assert rendered(errors(), None)[-1].endswith("> 0) > 0.01")


def test_the_recorded_ratio_is_read_and_its_key_stays_that_of_the_panel() -> None:
    service = next(item for item in fleet().services if item.name == "image-tagger")
    found: list[Alert] = [item for item in service.alerts if item.name == "HighErrorRatio"]
    shown = {series.quantity.key for panel in service.panels for series in panel.series}
    for alert in found:
        assert isinstance(alert.condition, Compare)
        assert alert.condition.at_least == 5
        assert condition(alert.condition, Renderer(service)).startswith("service:mlmon_errors:ratio_rate5m{")
        assert alert.condition.quantity.key in shown
    assert {item.severity for item in found} == {"page", "ticket"}
