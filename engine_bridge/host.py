"""Runs any Engine behind the wire; `python -m engine_bridge.host --engine NAME --connect tcp://...` is the process.

The engine renders in the thread that calls `run_host` (some systems bind windows and GL to the main thread). A second
thread owns the socket, so that a slow render is not taken for death; a hung one is caught by its job's deadline.
Importing this module loads neither numpy nor ZeroMQ: thread counts must be set before they load.
"""

from __future__ import annotations

import argparse
import os
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from engine_bridge.errors import EngineError, FaceBridgeError

if TYPE_CHECKING:
    from engine_bridge.engines import Engine
    from engine_bridge.host_link import Drawn, HostLimits, HostReport, Link, Work
    from engine_bridge.keys import ClientKeys

EXIT_HUNG = 70
"""Exit code of a host that ended itself because a render did not come back."""


def run_host(
    engine: Engine,
    connect: str,
    *,
    keys: ClientKeys | None = None,
    stop: threading.Event | None = None,
    instance: str | None = None,
    limits: HostLimits | None = None,
    on_hang: Callable[[float], None] | None = None,
) -> HostReport:
    """Serve renders to the coordinator at `connect` until it says goodbye, drains us, or `stop` is set.

    Raises Refused when the coordinator rejects us, DeadlineExceeded when no welcome comes, PeerLost when it falls
    silent, EngineError when a render overran its deadline by `hang_s` and then came back after all; `on_hang` is
    called in the meantime, from another thread, and may end the process. The engine is not closed.
    """
    from engine_bridge.host_link import HostLimits, Link

    link = Link(engine, connect, keys=keys, instance=instance, limits=limits or HostLimits(), on_hang=on_hang)
    try:
        link.start()
        _render_loop(engine, link, stop)
        return link.report()
    finally:
        link.close("stopped" if stop is not None and stop.is_set() else "")


def _render_loop(engine: Engine, link: Link, stop: threading.Event | None) -> None:
    while not link.ended.is_set() and not (stop is not None and stop.is_set()):
        try:
            work = link.work.get(timeout=0.1)
        except queue.Empty:
            continue
        if not work.abandoned:
            _render(engine, link, work)
        link.finish(work)


def _render(engine: Engine, link: Link, work: Work) -> None:
    import time

    started = time.monotonic()
    good = link.checked(work)
    if not good:
        return
    try:
        samples = _draw(engine, work, good)
    except Exception as error:
        # One bad sample must not cost its neighbours; alone, each says for itself what is wrong.
        if len(good) == 1:
            link.fail(work, good[0], "engine", f"{type(error).__name__}: {error}")
            return
        for row in good:
            if not work.abandoned:
                _render_alone(engine, link, work, row)
        return
    render_ms = (time.monotonic() - started) * 1000 / len(good)
    for row, (image, truth) in zip(good, samples, strict=True):
        link.frame(work, row, image, render_ms, truth)


def _render_alone(engine: Engine, link: Link, work: Work, row: int) -> None:
    import time

    started = time.monotonic()
    try:
        ((image, truth),) = _draw(engine, work, [row])
    except Exception as error:
        link.fail(work, row, "engine", f"{type(error).__name__}: {error}")
    else:
        link.frame(work, row, image, (time.monotonic() - started) * 1000, truth)


def _draw(engine: Engine, work: Work, rows: list[int]) -> list[Drawn]:
    """Each row's picture and truth, or whatever the engine raises."""
    from engine_bridge.engines import draw_scene

    job = work.job
    drawn = draw_scene(engine, work.parameters[rows], work.choices[rows], job.image_px, work.scene, job.truth)
    return [
        (image, {channel: values[k] for channel, values in drawn.truth.items() if channel in job.truth})
        for k, image in zip(range(len(rows)), drawn.images, strict=True)
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """The engine process: 0 after a goodbye, 1 with one line on standard error otherwise, 70 when a render hung."""
    arguments = _parser().parse_args(argv)
    from engine_bridge.process import thread_environment

    os.environ.update(thread_environment(arguments.threads))
    if arguments.parent:
        _die_with(arguments.parent)
    if arguments.watch_stdin:
        threading.Thread(target=_leave_with_stdin, name="stdin-watch", daemon=True).start()
    try:
        from engine_bridge.engines import open_engine
        from engine_bridge.keys import load_client_keys

        keys = load_client_keys(arguments.keys) if arguments.keys else None
        engine = open_engine(arguments.engine)
        try:
            report = run_host(engine, arguments.connect, keys=keys, instance=arguments.instance, on_hang=hung)
        finally:
            engine.close()
    except FaceBridgeError as error:
        print(f"facebridge: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"engine {arguments.engine}: {report.frames} frames, {report.fails} failed, {report.reason}", file=sys.stderr)
    return 0


def hung(seconds: float) -> NoReturn:
    """End the process although a render holds its main thread; called from the socket's thread."""
    print(f"facebridge: error: A render overran its deadline by {seconds:g} s; ending the engine.", file=sys.stderr)
    sys.stderr.flush()
    os._exit(EXIT_HUNG)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine_bridge.host", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--engine", required=True, help="name of the engine to host")
    parser.add_argument("--connect", required=True, help="the coordinator's address, tcp://HOST:PORT")
    parser.add_argument("--keys", type=Path, help="client key file, needed beyond loopback")
    parser.add_argument("--threads", type=int, default=1, help="threads for numpy and software GL (1)")
    parser.add_argument("--instance", help="id to state in the hello (random)")
    parser.add_argument("--parent", type=int, default=0, help="end when this parent process dies (Linux)")
    parser.add_argument("--watch-stdin", action="store_true", help="end when standard input closes")
    return parser


def _leave_with_stdin() -> None:
    # Raw reads: an interpreter that shuts down while a thread sits inside sys.stdin's lock aborts.
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    os._exit(0)


def _die_with(parent: int) -> None:
    """Have the kernel end us with our parent, so that even an engine stuck in a driver call goes (Linux only)."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes
    import signal

    set_parent_death_signal = 1
    try:
        ctypes.CDLL(None, use_errno=True).prctl(set_parent_death_signal, int(signal.SIGKILL), 0, 0, 0)
    except (OSError, AttributeError) as error:
        raise EngineError(f"Cannot ask Linux to end this engine with its parent: {error}.") from error
    if os.getppid() != parent:  # it died before we asked
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
