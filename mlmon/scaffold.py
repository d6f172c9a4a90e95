"""First files of a project: built as data with comments, so that they are valid whatever the names are."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from mlmon.diagnostics import Finding, did_you_mean, one_of
from mlmon.packs.load import library
from mlmon.spec.fields import Name
from mlmon.spec.load import PROJECT_FILE, SPEC_FOLDER

if TYPE_CHECKING:
    from mlmon.packs.model import Pack
    from mlmon.packs.signals import Parameter

_EXAMPLES: Final[dict[str, Any]] = {"selector": {"job": "my-job"}, "number": 1, "text": "fill-me-in"}


def scaffold(runtime: str, name: str, team: str) -> tuple[dict[str, str], list[Finding]]:
    """Return the text of mlmon.yaml and of the service's spec by path, or what is wrong with the names."""
    known = library().names("runtime")
    problems = [problem for word in (name, team) for problem in _check_name(word)]
    if runtime not in known:
        advice = did_you_mean(runtime, known) or f"choose {one_of(known)}"
        problems.append(Finding(rule="init-runtime", message=f'there is no runtime preset "{runtime}"', advice=advice))
    if problems:
        return {}, problems
    pack = library().packs[runtime].pack
    files = {PROJECT_FILE: _project(team), f"{SPEC_FOLDER}/{name}.yaml": _service(pack, name, team)}
    return files, []


def _check_name(word: str) -> list[Finding]:
    try:
        TypeAdapter(Name).validate_python(word)
    except ValidationError as error:
        context = error.errors()[0]["ctx"]
        return [Finding(rule="init-name", message=context["message"], advice=context["advice"])]
    return []


def _service(pack: Pack, name: str, team: str) -> str:
    runtime = CommentedMap(preset=pack.metadata.name)
    for key, parameter in pack.parameters.items():
        if parameter.required:
            runtime[key] = _example(parameter)
            runtime.yaml_add_eol_comment(parameter.help, key)
    spec = CommentedMap(apiVersion="mlmon/v1", kind="Service")
    spec["metadata"] = CommentedMap(name=name, team=team, description=f"Says what {name} does, in one sentence.")
    spec["runtimes"] = CommentedSeq([runtime])
    if {"requests", "errors"} <= _signals(pack):
        spec["slos"] = CommentedSeq([_flow(name="availability", objective="99.9%", window="30d")])
        spec.yaml_set_comment_before_after_key("slos", before="What the service promises.")
    head = "yaml-language-server: $schema=../generated/schema/service.json"
    spec.yaml_set_start_comment(head)
    return _dump(spec)


def _signals(pack: Pack) -> set[str]:
    family = pack.families.get(str(pack.parameters["family"].default)) if "family" in pack.parameters else None
    return {*pack.signals, *(family.signals if family else ())}


def _example(parameter: Parameter) -> Any:
    return (
        _flow(**_EXAMPLES["selector"]) if parameter.type == "selector" else _EXAMPLES.get(parameter.type, "fill-me-in")
    )


def _project(team: str) -> str:
    project = CommentedMap(apiVersion="mlmon/v1", kind="Project", metadata=CommentedMap(name="my-organisation"))
    project["receivers"] = CommentedMap(
        pager=_flow(type="pagerduty", routing_key_file="/etc/alertmanager/secrets/pagerduty"),
        chat=_flow(type="slack", channel="#alerts", api_url_file="/etc/alertmanager/secrets/slack"),
    )
    project.yaml_set_comment_before_after_key("receivers", before="Secrets stay in files that Alertmanager reads.")
    project["default_receiver"] = "chat"
    routing = _flow(page="pager", ticket="chat", info="chat")
    project["teams"] = CommentedMap({team: CommentedMap(description="Says who they are.", routing=routing)})
    project["outputs"] = CommentedMap(
        grafana=_flow(url="https://grafana.example.org"),
        runbooks=_flow(url="https://git.example.org/monitoring/blob/main/generated/runbooks"),
    )
    project.yaml_set_comment_before_after_key(
        "outputs", before="Alerts link to dashboards and runbooks at these addresses."
    )
    project.yaml_set_start_comment("yaml-language-server: $schema=generated/schema/project.json")
    return _dump(project)


def _flow(**items: Any) -> CommentedMap:
    mapping = CommentedMap(**items)
    mapping.fa.set_flow_style()
    return mapping


def _dump(data: CommentedMap) -> str:
    writer = YAML()
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.width = 120
    stream = StringIO()
    writer.dump(data, stream)
    return stream.getvalue()
