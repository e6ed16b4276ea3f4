"""Runs the `facebridge` command given until it ends, or until standard input does: then whoever started it is gone."""

from __future__ import annotations

import _thread
import os
import sys
import threading

from core.cli.main import main


def _end_with_parent() -> None:
    # Not sys.stdin: a thread that waits in it holds a lock, on which the interpreter would die at its end.
    while os.read(0, 4096):
        pass
    _thread.interrupt_main()  # as Ctrl-C would: the command ends in good order


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.exit(main(sys.argv[1:]))
