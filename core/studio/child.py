"""Runs the `facebridge` command given until it ends, or until standard input does: then whoever started it is gone."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading

from core.cli.main import main


def run(arguments: list[str]) -> int:
    """The command's exit code; standard input's end asks it to stop."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return main(arguments)


def _end_with_parent() -> None:
    # Not sys.stdin: a thread that waits in it holds a lock, on which the interpreter would die at its end.
    while os.read(0, 4096):
        pass
    # The command ends in good order, as on Ctrl-C, also when its main thread sleeps; Windows knows only interrupt_main.
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    else:
        _thread.interrupt_main()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
