"""`python -m qlue_desk` and the console script."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Run the command line and leave with its exit code.

    Ctrl+c before anything is there to tell of it, or when all is told, ends the program without a word.
    """
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not so behind nohup
    if heard:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from qlue_desk.cli.running import run

    if heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    code = run(sys.argv[1:])
    if heard:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(code)


if __name__ == "__main__":
    main()
