"""Entry point: runs the command line and turns whatever was not foreseen into one sentence."""

from __future__ import annotations

import gc
import os
import sys

# A run makes many objects and frees few: looking for cycles after every few hundred takes a tenth of its time.
_OBJECTS = 200_000


def main() -> None:
    """Run mlmon. Exits with 0 when all is fine, 1 with findings, 2 when it could not run."""
    # Pydantic asks every installed distribution for plugins, whether or not there is one.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.set_threshold(_OBJECTS, 50, 100)
    from mlmon.cli import app

    try:
        app(prog_name="mlmon")
    except KeyboardInterrupt:
        _stop("interrupted; nothing was written", 130)
    except BrokenPipeError:
        # The reader of a pipe has gone, as `mlmon schema | head` does; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except Exception as error:
        if os.environ.get("MLMON_DEBUG"):
            raise
        reason = " ".join(str(error).split()) or "no reason given"
        _stop(
            f"internal error ({type(error).__name__}: {reason}); please report it with the output of MLMON_DEBUG=1", 2
        )


def _stop(message: str, code: int) -> None:
    sys.stderr.write(f"mlmon: {message}\n")
    raise SystemExit(code) from None


if __name__ == "__main__":
    main()
