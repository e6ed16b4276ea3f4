"""Starts and ends one engine process, keeps the last lines it wrote, and makes sure that it does not outlive us."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path

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


class EngineProcess:
    """A running engine host. It ends when we do: its standard input closes, and on Linux the kernel signals it."""

    def __init__(self, process: subprocess.Popen[bytes], instance: str) -> None:
        self._process = process
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._reader = threading.Thread(target=self._read_stderr, name="engine-stderr", daemon=True)
        self._reader.start()
        self.instance = instance

    @classmethod
    def start(
        cls, engine: str, connect: str, *, threads: int = 1, keys: Path | None = None, options: Sequence[str] = ()
    ) -> EngineProcess:
        """Start `python -m engine_bridge.host` for `engine`, to connect to `connect`; does not wait for its hello.

        The Hello that arrives carries `instance`, a fresh id that tells this process from any other.
        `options` are further arguments of the host. Raises EngineError when no process can be started.
        """
        instance = secrets.token_hex(8)
        arguments = ["--engine", engine, "--connect", connect, "--instance", instance, "--threads", str(threads)]
        if keys is not None:
            arguments += ["--keys", str(keys)]
        # The kernel's parent-death signal fires when the starting *thread* ends, so only the main thread asks for it.
        if threading.current_thread() is threading.main_thread():
            arguments += ["--parent", str(os.getpid())]
        environment = {**os.environ, **thread_environment(threads)}
        root = str(Path(__file__).resolve().parent.parent)
        inherited = os.environ.get("PYTHONPATH")
        environment["PYTHONPATH"] = root + (os.pathsep + inherited if inherited else "")
        try:
            # -P: a file named numpy.py in the current folder must not be taken for numpy.
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "engine_bridge.host", *arguments, "--watch-stdin", *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=environment,
            )
        except OSError as error:
            raise EngineError(f"Cannot start an engine process: {error.strerror or error}.") from error
        return cls(process, instance)

    @property
    def pid(self) -> int:
        """Process id of what we started; behind a launcher the engine itself may state another in its Hello."""
        return self._process.pid

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

    def close(self, grace_s: float = 2.0) -> None:
        """Ask it to leave by closing its standard input, and kill it when it has not after `grace_s`. Repeatable."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        if not self.wait(grace_s):
            self._process.kill()
            self._process.wait()
        self._reader.join(1.0)

    def kill(self) -> None:
        """End it now and collect it; for one that hangs."""
        self._process.kill()
        self.close()

    def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            for line in stream:
                self._tail.append(line.decode("utf-8", "replace").strip()[:500])
