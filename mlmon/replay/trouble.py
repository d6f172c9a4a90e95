"""Why a replay could not run."""

from __future__ import annotations


class ReplayError(Exception):
    """A replay that is not possible; `message` says why, `advice` what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message, self.advice = message, advice
