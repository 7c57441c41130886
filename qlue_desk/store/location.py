"""Where a database may lie: on a disk of this machine.

SQLite's write-ahead log needs memory that all its processes share, which exists on one machine only.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from qlue_desk.domain.moves import N_
from qlue_desk.store.errors import StoreError

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "ncpfs", "webdav",
        "afpfs", "fuse.sshfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.davfs", "fuse.ceph",
        "fuse.gvfsd-fuse",
    }
)  # fmt: skip
"""Types as Linux and macOS name them."""
_OCTAL = re.compile(r"\\([0-7]{3})")
"""`\\040` is a blank in a mount's name."""
_DRIVE_REMOTE = 4


def refuse_file(folder: Path) -> None:
    """Check that the data folder is one, or can become one.

    :raises StoreError: when a file lies there.
    """
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise StoreError(
            N_("{path} adalah berkas, bukan folder; QLUE_DESK_HOME harus menyebut sebuah folder."),
            path=str(folder),
        )


def refuse_network(folder: Path, mounts: Path = MOUNTS) -> None:
    """Check the place of a data folder.

    :raises StoreError: when it lies on another machine; the sentence says the way out.
    """
    kind = file_system(folder, mounts)
    if kind in NETWORK:
        raise StoreError(
            N_(
                "Folder data {path} ada di jaringan ({kind}); basis data di sana bisa rusak."
                " Pilih folder di cakram mesin ini dengan QLUE_DESK_HOME."
            ),
            path=str(folder),
            kind=kind,
        )


def file_system(folder: Path, mounts: Path = MOUNTS) -> str:
    """The type of the file system that a folder lies on; '' where it cannot be told."""
    if sys.platform == "win32":
        return _windows_drive(folder)
    if sys.platform == "darwin":
        return _mac_type(folder)
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
        here = os.path.realpath(folder)
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        before, _dash, after = line.partition(" - ")
        place = before.split(" ")[4].encode().decode("unicode_escape")  # \\040 is a blank
        inside = here == place or here.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= len(best):  # of two on one place the later one is seen
            best, kind = place, after.split(" ")[0]
    return kind


def _windows_drive(folder: Path) -> str:  # pragma: no cover - Windows
    import ctypes

    root = os.path.splitdrive(os.path.realpath(folder))[0] + "\\"
    windows = getattr(ctypes, "windll").kernel32  # noqa: B009 - there only on Windows
    remote = root.startswith("\\\\") or windows.GetDriveTypeW(root) == _DRIVE_REMOTE
    return "smbfs" if remote else ""


def _mac_type(folder: Path) -> str:  # pragma: no cover - macOS
    """From statfs(2): the type's name stands 72 bytes into its structure of 64-bit inodes."""
    import ctypes

    buffer = ctypes.create_string_buffer(4096)
    libc = ctypes.CDLL(None, use_errno=True)
    # Intel has the old structure under the plain name.
    statfs = getattr(libc, "statfs$INODE64", None) or libc.statfs
    if statfs(os.fsencode(os.path.realpath(folder)), buffer) != 0:
        return ""
    return buffer.raw[72:88].split(b"\0")[0].decode("ascii", "replace")
