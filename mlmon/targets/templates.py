"""Loads the Jinja2 templates of prose: the ones that ship with mlmon, after those of a folder that overrides them."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, Final

from mlmon.remembered import Kept, folder, key
from mlmon.targets import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

_PACKAGE: Final = Path(__file__).parent.parent
_SHIPPED: Final = (_PACKAGE / "templates", _PACKAGE.parent / "templates")
"""In an installed package, and in the repository from which a developer runs."""

_override: ContextVar[Path | None] = ContextVar("templates", default=None)


class OwnTemplateError(Exception):
    """A template of the user's own cannot be rendered. `path` is the file, `line` counts from 1, or is 0."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(message)
        self.path, self.line, self.message = path, line, message


@contextmanager
def overridden(folder: Path | None) -> Iterator[None]:
    """Prefer templates of `folder` while the context lasts; what it lacks comes from mlmon."""
    token = _override.set(folder)
    try:
        yield
    finally:
        _override.reset(token)


def render_markdown(name: str, /, **values: Any) -> str:
    """Render `<name>.md.j2`. Raises OwnTemplateError for a template of the user's own that fails in any way.

    Every text that the template prints is quoted for Markdown, except what markdown.py has made.
    """
    own, file = _override.get(), f"{name}.md.j2"
    try:
        text: str = _environment(own).get_template(file).render(**values)
    except Exception as error:
        if own is None:
            raise
        raise OwnTemplateError(*_place(error, own, own / file), f"{type(error).__name__}: {error}") from None
    return text.strip("\n") + "\n"


def _place(error: Exception, own: Path, file: Path) -> tuple[Path, int]:
    """Where in the user's templates it went wrong: Jinja2 shows them in the traceback, and tells of their syntax."""
    if line := getattr(error, "lineno", 0):
        return Path(getattr(error, "filename", None) or file), line
    frames = ((Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__))
    return next(((path, line) for path, line in reversed([*frames]) if path.is_relative_to(own)), (file, 0))


@cache
def _environment(override: Path | None) -> Environment:
    # Loaded only when prose is rendered: `mlmon lint` and the other targets start faster without it.
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    from mlmon.targets.bytecode import Compiled  # noqa: PLC0415

    folders = (*([override] if override else []), *_SHIPPED)
    deciding = key(*(Path(file).read_bytes() for file in (__file__, markdown.__file__)))[:16]
    environment = Environment(
        bytecode_cache=Compiled(Kept(folder("templates")), deciding),
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
