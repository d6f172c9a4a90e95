"""Loads the Jinja2 templates of prose: the ones that ship with mlmon, after those of a folder that overrides them."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlmon.remembered import folder, key
from mlmon.targets import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

_PACKAGE: Final = Path(__file__).parent.parent
_SHIPPED: Final = (_PACKAGE / "templates", _PACKAGE.parent / "templates")
"""In an installed package, and in the repository from which a developer runs."""

_override: ContextVar[Path | None] = ContextVar("templates", default=None)


@contextmanager
def overridden(folder: Path | None) -> Iterator[None]:
    """Prefer templates of `folder` while the context lasts; what it lacks comes from mlmon."""
    token = _override.set(folder)
    try:
        yield
    finally:
        _override.reset(token)


def render_markdown(name: str, /, **values: Any) -> str:
    """Render `<name>.md.j2`. Raises jinja2.TemplateError for a template that is absent or names what does not exist.

    Every text that the template prints is quoted for Markdown, except what markdown.py has made.
    """
    template = _environment(_override.get()).get_template(f"{name}.md.j2")
    return template.render(**values).strip("\n") + "\n"


@cache
def _environment(override: Path | None) -> Environment:
    # Loaded only when prose is rendered: `mlmon lint` and the other targets start faster without it.
    from jinja2 import ChoiceLoader, Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    folders = (*([override] if override else []), *_SHIPPED)
    # Jinja knows a template that has changed; these two files decide as well what its code becomes.
    kept = folder("templates") / key(*(Path(file).read_bytes() for file in (__file__, markdown.__file__)))[:16]
    with suppress(OSError):
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = Environment(
        bytecode_cache=FileSystemBytecodeCache(str(kept)) if os.access(kept, os.W_OK) else None,
        loader=ChoiceLoader([FileSystemLoader(path) for path in folders]),
        undefined=StrictUndefined,
        finalize=_quoted,
        autoescape=False,  # noqa: S701  Markdown is quoted by `finalize`; HTML's escapes would show in it
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"code": markdown.code, "block": markdown.block, "contained": markdown.contained}
    environment.globals["link"] = markdown.link
    return environment


def _quoted(value: object) -> object:
    return markdown.text(value) if isinstance(value, str) and not isinstance(value, markdown.Markdown) else value
