"""Starts and ends processes of ours, keeps the last lines they wrote, and makes sure that none outlives us."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from engine_bridge.errors import EngineError

_TAIL_LINES = 40


def thread_environment(threads: int) -> dict[str, str]:
    """Environment that bounds the threads of numpy's libraries and of Mesa's software renderer.

    They are read once, when the libraries load, so a process sets them before that or gets them from its parent.
    Waiting threads sleep instead of spinning: on two cores, spinning ones slow a neighbour down a hundredfold.
    """
    count = str(threads)
    return {
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "VECLIB_MAXIMUM_THREADS": count,
        "LP_NUM_THREADS": count,
        "OMP_WAIT_POLICY": "PASSIVE",
    }


class ChildProcess:
    """A Python module in a process of its own, which has to end when its standard input closes, as it does with us."""

    def __init__(self, module: str, arguments: Sequence[str], *, threads: int = 1, answers: bool = False) -> None:
        """Start `python -m module arguments` with so many threads; with `answers` its standard output is kept for us.

        Raises EngineError when no process can be started.
        """
        environment = {**os.environ, **thread_environment(threads)}
        root = str(Path(__file__).resolve().parent.parent)
        inherited = os.environ.get("PYTHONPATH")
        environment["PYTHONPATH"] = root + (os.pathsep + inherited if inherited else "")
        try:
            # -P: a file named numpy.py in the current folder must not be taken for numpy.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if answers else subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=environment,
            )
        except OSError as error:
            raise EngineError(f"Cannot start a process of {module}: {error.strerror or error}.") from error
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._reader = threading.Thread(target=self._read_stderr, name="child-stderr", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Process id of what we started; behind a launcher what runs in the end may have another."""
        return self._process.pid

    @property
    def streams(self) -> tuple[IO[bytes], IO[bytes]]:
        """What it hears and what it says; only of one that answers."""
        assert self._process.stdin is not None and self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it, on POSIX."""
        return self._process.poll()

    def last_lines(self, count: int = 8) -> str:
        """The last lines it wrote to standard error, joined by ' | '; complete once it has ended."""
        if self.exit_code() is not None:
            self._reader.join(1.0)
        return " | ".join(line for line in tuple(self._tail)[-count:] if line)

    def describe_exit(self) -> str:
        """The end of a sentence: how it ended, and its last lines."""
        code = self.exit_code()
        if code is None:
            how = "is still running"
        elif code < 0:
            how = f"was ended by signal {-code}"
        else:
            how = f"exited with code {code}"
        words = self.last_lines()
        return f"{how}; its last lines were: {words}" if words else f"{how} and wrote nothing."

    def wait(self, timeout_s: float) -> bool:
        """Whether it ended within the time."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> None:
        """Have it end now; harmless beside a thread that uses its streams. `close` collects it."""
        self._process.kill()

    def close(self, grace_s: float = 2.0) -> None:
        """Ask it to leave by closing its standard input, and kill it when it has not after `grace_s`. Repeatable."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except OSError:
            pass  # what was not sent yet can no longer be
        if not self.wait(grace_s):
            self._process.kill()
            self._process.wait()
        self._reader.join(1.0)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def kill(self) -> None:
        """End it now and collect it; for one that hangs."""
        self._process.kill()
        self.close()

    def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            for line in stream:
                self._tail.append(line.decode("utf-8", "replace").strip()[:500])


class EngineProcess(ChildProcess):
    """A running engine host. On Linux the kernel ends it as well when we die."""

    def __init__(
        self, engine: str, connect: str, *, threads: int = 1, keys: Path | None = None, options: Sequence[str] = ()
    ) -> None:
        """Start `python -m engine_bridge.host` for `engine`, to connect to `connect`; does not wait for its hello.

        The Hello that arrives carries `instance`, a fresh id that tells this process from any other.
        `options` are further arguments of the host. Raises EngineError when no process can be started.
        """
        self.instance = secrets.token_hex(8)
        arguments = ["--engine", engine, "--connect", connect, "--instance", self.instance, "--threads", str(threads)]
        if keys is not None:
            arguments += ["--keys", str(keys)]
        # The kernel's parent-death signal fires when the starting *thread* ends, so only the main thread asks for it.
        if threading.current_thread() is threading.main_thread():
            arguments += ["--parent", str(os.getpid())]
        super().__init__("engine_bridge.host", [*arguments, "--watch-stdin", *options], threads=threads)
