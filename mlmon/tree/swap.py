"""Putting one folder in the place of another."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from mlmon.tree.output import Output

# https://man7.org/linux/man-pages/man2/renameat2.2.html and macOS' <sys/fcntl.h>, <stdio.h>
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2

# Old kernels, file systems without the operation, and sandboxes that forbid unknown calls.
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}


def swap(output: Output) -> None:
    """Put the staged folder in place; the old one is then at `staging` or `aside`. Raises OSError, nothing changed.

    Where the system cannot exchange two folders at once, the folder is absent for the moment between two renames; a
    run killed right there leaves the old one at `aside`, and the next run puts it back.
    """
    if not os.path.lexists(output.path):
        os.rename(output.staging, output.path)
    elif not exchange(output.staging, output.path):
        _two_renames(output)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two paths in one step; False when the system cannot. Raises OSError for any other reason."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            failed = libc.renamex_np(os.fsencode(one), os.fsencode(other), _RENAME_SWAP)
        else:
            failed = libc.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    except AttributeError:
        return False
    code = ctypes.get_errno() if failed else 0
    if code and code not in _UNSUPPORTED:
        raise OSError(code, os.strerror(code), os.fspath(other))
    return not failed


def _two_renames(output: Output) -> None:
    os.rename(output.path, output.aside)
    try:
        os.rename(output.staging, output.path)
    except BaseException:
        os.rename(output.aside, output.path)
        raise
