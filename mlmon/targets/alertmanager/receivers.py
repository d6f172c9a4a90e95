"""Receivers: the plan's settings in Alertmanager's words, with secrets as files and texts from the template file.

https://prometheus.io/docs/alerting/latest/configuration/#receiver-integration-settings
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mlmon.targets.gotemplate import literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlmon.plan.routing import Receiver, Routing

Settings = dict[str, Any]


def receivers(routing: Routing) -> list[dict[str, Any]]:
    """Return every receiver of the project, those that nothing is routed to as well."""
    return [_receiver(receiver) for receiver in routing.receivers]


def _receiver(receiver: Receiver) -> dict[str, Any]:
    key, build = _TYPES[receiver.type]
    settings = dict(receiver.settings)
    return {"name": receiver.name, key: [build(settings) | {"send_resolved": settings["send_resolved"]}]}


def _text(name: str) -> str:
    return f'{{{{ template "mlmon.{name}" . }}}}'


def _first(annotation: str) -> str:
    """Link of the group's first alert that still fires, or Alertmanager's own page for alerts that bring none."""
    return f"{{{{ or (index (or .Alerts.Firing .Alerts) 0).Annotations.{annotation} .ExternalURL }}}}"


_LINKS: Final = {"runbook": "runbook_url", "dashboard": "dashboard_url"}
_DETAILS: Final = {
    "service": "{{ .GroupLabels.service }}",
    "team": "{{ .CommonLabels.team }}",
    "layer": "{{ .CommonLabels.layer }}",
} | {name: _first(annotation) for name, annotation in _LINKS.items()}


def _pagerduty(settings: Settings) -> Settings:
    return {
        "routing_key_file": settings["routing_key_file"],
        "description": _text("title"),
        "severity": _text("pagerduty.severity"),
        "class": _text("name"),
        "component": "{{ .CommonLabels.component }}",
        "group": "{{ .GroupLabels.service }}",
        "client_url": _first("dashboard_url"),
        "details": _DETAILS | {"description": _text("text")},
        "links": [{"href": _first(annotation), "text": name} for name, annotation in _LINKS.items()],
    }


def _opsgenie(settings: Settings) -> Settings:
    base = settings.get("api_base_url")
    return {
        "api_key_file": settings["api_key_file"],
        **({"api_url": f"{base}/"} if base else {}),
        "message": _text("title"),
        "description": _text("text"),
        "priority": _text("opsgenie.priority"),
        "entity": "{{ .GroupLabels.service }}",
        "tags": "{{ .GroupLabels.service }},{{ .GroupLabels.severity }},{{ .CommonLabels.layer }}",
        "details": _DETAILS,
        # What joins the group later changes the title and text of the alert that is open (docs/routing.md).
        "update_alerts": True,
    }


def _slack(settings: Settings) -> Settings:
    return {
        "api_url_file": settings["api_url_file"],
        "channel": literal(settings["channel"]),
        "color": _text("slack.color"),
        "title": _text("slack.title"),
        "title_link": _first("runbook_url"),
        "text": _text("slack.text"),
        "fallback": _text("slack.title"),
    }


def _msteams(settings: Settings) -> Settings:
    return {
        "webhook_url_file": settings["webhook_url_file"],
        "title": _text("title"),
        "text": _text("msteams.text"),
    }


def _email(settings: Settings) -> Settings:
    username, password = settings.get("username"), settings.get("password_file")
    return {
        "to": ", ".join(literal(address) for address in settings["to"]),
        "from": literal(settings["sender"]),
        "smarthost": settings["smarthost"],
        **({"auth_username": username} if username else {}),
        **({"auth_password_file": password} if password else {}),
        "headers": {"Subject": _text("title")},
        "text": _text("text"),
    }


def _webhook(settings: Settings) -> Settings:
    return {key: settings[key] for key in ("url", "url_file") if key in settings}


_TYPES: Final[dict[str, tuple[str, Callable[[Settings], Settings]]]] = {
    "pagerduty": ("pagerduty_configs", _pagerduty),
    "opsgenie": ("opsgenie_configs", _opsgenie),
    "slack": ("slack_configs", _slack),
    "msteams": ("msteamsv2_configs", _msteams),
    "email": ("email_configs", _email),
    "webhook": ("webhook_configs", _webhook),
}
