"""What stops an intake as a whole; a single bad record never does."""

from __future__ import annotations


class IntakeError(Exception):
    """The source could not be read at all; `str()` is one Indonesian sentence for the screen."""
