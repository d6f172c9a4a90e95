"""Kubernetes objects: valid names, common labels, several in one file."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from mlmon.targets.yamltext import dump

if TYPE_CHECKING:
    from collections.abc import Iterable

Object = dict[str, Any]

_LONGEST: Final = 63
"""Of an RFC 1123 label; names of custom resources may be longer, but become parts of other names."""
_INVALID: Final = re.compile(r"[^a-z0-9-]+")
MANAGED: Final = {"app.kubernetes.io/managed-by": "mlmon"}
"""By which everything that mlmon has generated is found: `kubectl get --selector`."""


def name(text: str) -> str:
    """Return an RFC 1123 label for a text; of one that is changed or cut a hash keeps others from the same name."""
    plain = _INVALID.sub("-", text.lower()).strip("-")
    if text and plain == text and len(text) <= _LONGEST:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{plain[: _LONGEST - 9].strip('-')}-{digest}".lstrip("-")


def is_name(text: str) -> bool:
    """Tell whether a text can name an object as it is."""
    return name(text) == text


def metadata(title: str, namespace: str | None = None, labels: Iterable[tuple[str, str]] = ()) -> Object:
    """Return the metadata of an object that mlmon owns."""
    place = {"namespace": namespace} if namespace else {}
    return {"name": name(title), **place, "labels": MANAGED | dict(labels)}


def config_map(about: Object, file: str, text: str) -> Object:
    """Return a ConfigMap that holds one file."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": about, "data": {file: text}}


def service(about: Object, selector: dict[str, str], port_name: str, port: int) -> Object:
    """Return a Service for the pods with these labels, on the port that their container calls `port_name`."""
    ports = [{"name": port_name, "port": port, "targetPort": port_name}]
    spec = {"selector": selector, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": about, "spec": spec}


def checksum(what: str, text: str) -> dict[str, str]:
    """Return the annotation of a pod that has it started again when `text` changes, which it reads only once."""
    return {f"checksum/{what}": hashlib.sha256(text.encode()).hexdigest()}


def manifest(header: str, *objects: Object) -> str:
    """Return one file with these objects, to be applied in this order."""
    first, *others = objects
    return "---\n".join([dump(first, header), *(dump(item, "") for item in others)])
