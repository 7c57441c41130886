"""Exit codes, and the failures that carry them."""

from __future__ import annotations

from enum import IntEnum


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
