"""Exit codes, and the failures that carry them."""

from __future__ import annotations

from enum import IntEnum

from qlue_desk.domain.moves import N_


class Exit(IntEnum):
    """What a command's exit code means."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    """By a rule of the field."""
    OFFLINE = 4
    """Central not reachable; the work is kept."""
    NOT_PERMITTED = 5


EXIT_WORDS = {
    Exit.DONE: N_("berhasil"),
    Exit.FAILED: N_("gagal: mesin, berkas, atau data tidak memungkinkan"),
    Exit.USAGE: N_("baris perintah atau pengaturan tertulis salah"),
    Exit.REFUSED: N_("ditolak oleh aturan penanganan laporan"),
    Exit.OFFLINE: N_("pusat tidak terjangkau; pekerjaan tetap tersimpan"),
    Exit.NOT_PERMITTED: N_("meja belum terhubung, belum masuk, atau tidak berhak"),
}
"""As `qlue-desk --help` tells them."""


class CommandFailed(Exception):
    """Ends a command with one sentence; `code` is the machine's word for it."""

    def __init__(self, message: str, *, exit_code: Exit = Exit.FAILED, code: str = "failed") -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.code = code


class Usage(CommandFailed):
    """The command line itself is wrong."""

    def __init__(self, message: str) -> None:
        super().__init__(message, exit_code=Exit.USAGE, code="usage")


class NobodyReads(CommandFailed):
    """The reader of a pipe has seen enough (`| head`): the command ends without a word."""

    def __init__(self) -> None:
        super().__init__("", code="broken_pipe")
