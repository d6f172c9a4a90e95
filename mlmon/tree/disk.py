"""The few disk operations that the rest is made of. Symbolic links are never followed; errors are OSError."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# Not every file system has hard links, and Linux forbids them to files of other users. EXDEV is missing on purpose:
# it means another file system mounted inside the folder, which must not be moved.
_NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}

_SYNCS_AT_ONCE = 8


@dataclass(frozen=True)
class Entry:
    """What identifies one state of a file, link or folder: equal entries mean that nobody touched it in between.

    Not its inode: overlay file systems (containers) give a file another one when it is linked for the first time.
    """

    mode: int
    size: int
    mtime: int
    """In nanoseconds."""

    @property
    def is_file(self) -> bool:
        """Tell whether it is a regular file, not a link to one."""
        return stat.S_ISREG(self.mode)

    @property
    def is_folder(self) -> bool:
        """Tell whether it is a folder, not a link to one."""
        return stat.S_ISDIR(self.mode)


def scan(root: Path) -> dict[str, Entry]:
    """Return everything below a folder by its path relative to it; nothing when there is no such folder."""
    entries: dict[str, Entry] = {}
    # Not os.path.exists(), which also says no where permission is missing.
    try:
        root.stat()
    except FileNotFoundError:
        return entries
    _scan(root, "", entries)
    return entries


def _scan(folder: Path, prefix: str, entries: dict[str, Entry]) -> None:
    with os.scandir(folder) as found:
        items = sorted(found, key=lambda item: item.name)
    for item in items:
        status = item.stat(follow_symlinks=False)
        entry = Entry(status.st_mode, status.st_size, status.st_mtime_ns)
        entries[prefix + item.name] = entry
        if entry.is_folder:
            _scan(folder / item.name, f"{prefix}{item.name}/", entries)


def put(path: Path, data: bytes) -> None:
    """Create a file that must not exist yet; `sync_all` must follow."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def carry(source: Path, target: Path) -> None:
    """Make the same file, link or device appear at `target` too: as a hard link where possible, else as a copy."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copy2(source, target, follow_symlinks=False)
        if not target.is_symlink():
            sync(target)


def dress(folder: Path, like: Path) -> None:
    """Give a folder the owner, mode, times and extended attributes of another."""
    status = like.stat()
    # Only root may give folders away; for anyone else the folder simply is theirs.
    with suppress(PermissionError):
        os.chown(folder, status.st_uid, status.st_gid)
    shutil.copystat(like, folder)


def sync(path: Path) -> None:
    """Wait until a file's content or a folder's list of names is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems keep folders in order by themselves and have no such call.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def sync_all(paths: Iterable[Path]) -> None:
    """Wait until the content of all these files is on the disk."""
    # Together, because the file system then commits many at once: half the time for 2,000 files on ext4.
    with ThreadPoolExecutor(_SYNCS_AT_ONCE) as pool:
        list(pool.map(sync, paths))


def remove(tree: Path) -> None:
    """Remove a file, link or folder with all it holds; nothing when it is not there."""
    if tree.is_symlink() or not tree.is_dir():
        tree.unlink(missing_ok=True)
        return
    try:
        shutil.rmtree(tree)
    except PermissionError:
        # Folders that were carried over read-only. Files are left alone: their inodes may live on in the new tree.
        for folder, _, _ in os.walk(tree):
            os.chmod(folder, 0o700)
        shutil.rmtree(tree)
