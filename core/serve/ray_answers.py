"""RayAnswers: the same answers, computed by replicas of a Ray Serve deployment on this machine or on many.

Needs the package ray[serve] (the extra `ray`). Jobs and answers travel as the wire's own parts. Photos stay in memory
here too: a cluster that we start ourselves never spills objects to a disk.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import secrets
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # read when ray is imported

import ray
from ray import serve
from ray.exceptions import RayActorError, RayError, RayTaskError
from ray.serve.exceptions import RayServeException

from core.serve.answerer import Answerer
from core.threads import cores
from engine_bridge import codec
from engine_bridge.errors import BundleError, EngineError, FaceBridgeError
from engine_bridge.protocol import Compare, Compared, Error, Import, Imported, Message, Progress, Refine, Refined
from engine_bridge.schema import CharacterSchema

_START_S = 180.0
_POLL_S = 0.05  # how soon a search that nobody wants any more is told so
_PAUSE_S = 0.1  # between attempts while replicas start again
_LONGEST_S = 600.0
_LOGGING: dict[str, Any] = {"enable_access_log": False, "log_level": "ERROR"}
_Parts = list[bytes]
_Answer = TypeVar("_Answer", bound=Message)
_Result = TypeVar("_Result")


def start_ray(address: str = "", replicas: int = 1) -> None:
    """Join the cluster at `address`, or start one on this machine with "", with a core for each of `replicas`.

    Raises EngineError when there is none, or too few cores.
    """
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        if address:
            ray.init(address=address, namespace="facebridge", log_to_driver=False, logging_level=logging.ERROR)
        else:
            ray.init(
                namespace="facebridge",
                # Twice as many, so that a reloaded bundle can stand beside its older copy; they never work both.
                num_cpus=2 * max(replicas, cores()),
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                # Ray would give its workers the least share of a busy machine.
                _system_config={"automatic_object_spilling_enabled": False, "worker_niceness": 0},
            )
    except (ConnectionError, RayError, RuntimeError, ValueError) as error:
        first = str(error).partition("\n")[0]
        raise EngineError(
            f"No Ray cluster answers at '{address or 'this machine'}' ({first}); check the address."
        ) from error
    available = int(ray.cluster_resources().get("CPU", 0))
    if available < replicas:
        stop_ray()
        raise EngineError(
            f"The Ray cluster has {available} cores for {replicas} replicas; ask for fewer or add machines."
        )
    _restore(handlers)
    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    # Only the service's own socket listens: Ray Serve's HTTP server stays off.
    serve.start(proxy_location="Disabled", logging_config=_LOGGING)


def _restore(handlers: Mapping[signal.Signals, Any]) -> None:
    """Undo that Ray takes SIGTERM for itself: a service has work to finish first."""
    if threading.current_thread() is threading.main_thread():
        for number, handler in handlers.items():
            signal.signal(number, handler)


def stop_ray() -> None:
    """Leave the cluster; one that `start_ray` started ends."""
    ray.shutdown()


class Replica:
    """One process that answers; calls come one after another, but a search hears of its end while it runs."""

    def __init__(self, load: Callable[[], Answerer]) -> None:
        self._answers = load()
        self._ended: set[str] = set()

    def describe(self) -> tuple[bytes, str, tuple[str, ...], int]:
        """Schema, bundle, features and batch of what is loaded."""
        answers = self._answers
        return answers.schema.to_json(), answers.bundle, answers.features, answers.batch_photos

    async def imports(self, jobs: list[_Parts]) -> list[_Parts]:
        """Jobs as parts -> answers as parts."""
        decoded = [_decoded(parts, Import) for parts in jobs]
        return await asyncio.to_thread(lambda: [_parts(answer) for answer in self._answers.imports(decoded)])

    async def compare(self, job: _Parts) -> _Parts:
        """As `imports`, of one Compare."""
        return _parts(await asyncio.to_thread(self._answers.compare, _decoded(job, Compare)))

    async def refine(self, key: str, job: _Parts) -> AsyncIterator[_Parts]:
        """Progress as it comes, the newest replacing what was not fetched, and then the answer."""
        decoded, latest = _decoded(job, Refine), list[Progress]()
        done = asyncio.create_task(
            asyncio.to_thread(
                self._answers.refine, decoded, lambda state: latest.__setitem__(slice(None), [state]), self._end_of(key)
            )
        )
        try:
            while not done.done():
                await asyncio.wait([done], timeout=_POLL_S)
                if latest and not done.done():
                    yield _parts(latest.pop())
            yield _parts(done.result())
        finally:
            self._ended.add(key)  # also when whoever asked is gone
            await asyncio.wait([done])
            self._ended.discard(key)

    def end(self, key: str) -> None:
        """Have a search stop at its next step."""
        self._ended.add(key)

    def _end_of(self, key: str) -> Callable[[], bool]:
        return lambda: key in self._ended


class RayAnswers:
    """Implements core.serve.answerer.Answerer with `replicas` processes that import and one that searches and compares.

    `load` runs in each replica. A job whose replica dies is given to another as long as its deadline lasts. Raises
    BundleError when the replicas cannot load.
    """

    def __init__(self, name: str, load: Callable[[], Answerer], *, replicas: int = 1, gpu: bool = False) -> None:
        unique = f"{name}-{secrets.token_hex(4)}"  # a reload stands beside its older copy
        self._apps = (f"{unique}-imports", f"{unique}-searches")
        try:
            targets = [
                _target(self._apps[0], load, replicas, 1, {"num_cpus": 1.0, "num_gpus": 1.0 if gpu else 0.0}),
                # A search, a comparison and the word that ends a search, side by side.
                _target(self._apps[1], load, 1, 4, {"num_cpus": 0.0, "num_gpus": 0.0}),
            ]
            self._importers, self._searcher = _deployed(targets)
            schema, self.bundle, self.features, self.batch_photos = self._importers.describe.remote().result(
                timeout_s=_START_S
            )
        except (RayError, RayServeException, RuntimeError, TimeoutError) as error:
            self.close()
            raise BundleError(f"The replicas of '{name}' could not be started: {_reason(error)}") from error
        self.schema = CharacterSchema.from_json(schema)

    def imports(self, jobs: Sequence[Import]) -> Iterator[Imported | Error]:
        """One answer for each job, in order."""
        due = time.monotonic() + min(_LONGEST_S, max(job.deadline_ms for job in jobs) / 1000)
        parts = [_parts(job) for job in jobs]
        answers = _persist(lambda left_s: self._importers.imports.remote(parts).result(timeout_s=left_s), due)
        for job, answer in zip(jobs, answers or [None] * len(jobs), strict=True):
            yield _lost(job) if answer is None else _decoded(answer, Imported, Error)

    def refine(self, job: Refine, tell: Callable[[Progress], None], stop: Callable[[], bool]) -> Refined | Error:
        """Search until the steps or the budget are spent, or `stop()`."""
        due = time.monotonic() + min(_LONGEST_S, job.deadline_ms / 1000)

        def search(_: float) -> Refined | Error:
            key = secrets.token_hex(8)
            told, watching = threading.Event(), threading.Event()

            def watch() -> None:
                while not watching.wait(_POLL_S):
                    if stop() and not told.is_set():
                        told.set()
                        self._searcher.end.remote(key)

            watcher = threading.Thread(target=watch, name="ray-watch", daemon=True)
            watcher.start()
            try:
                streaming: Any = self._searcher.options(stream=True)
                for parts in streaming.refine.remote(key, _parts(job)):
                    message = _decoded(parts, Progress, Refined, Error)
                    if not isinstance(message, Progress):
                        return message
                    tell(message)
            finally:
                watching.set()
                watcher.join()
            raise RayServeException("the search ended without an answer")

        return _persist(search, due, stop) or _lost(job)

    def compare(self, job: Compare) -> Compared | Error:
        """The pictures that the job asks for."""
        due = time.monotonic() + min(_LONGEST_S, job.deadline_ms / 1000)
        answer = _persist(lambda left_s: self._searcher.compare.remote(_parts(job)).result(timeout_s=left_s), due)
        return _lost(job) if answer is None else _decoded(answer, Compared, Error)

    def close(self) -> None:
        """End the replicas."""
        for app in self._apps:
            try:
                serve.delete(app, _blocking=False)
            except (RayError, RayServeException, RuntimeError):  # the cluster is gone, and they with it
                pass


def _target(
    app: str, load: Callable[[], Answerer], replicas: int, at_once: int, options: dict[str, Any]
) -> serve.RunTarget:
    deployment = serve.deployment(
        name="Replica",
        num_replicas=replicas,
        max_ongoing_requests=at_once,
        ray_actor_options=options,
        health_check_period_s=1.0,
        graceful_shutdown_timeout_s=2.0,
        max_constructor_retry_count=2,
        logging_config=_LOGGING,
    )(Replica)
    return serve.RunTarget(deployment.bind(load), name=app, route_prefix=None, logging_config=_LOGGING)


def _deployed(targets: list[serve.RunTarget]) -> list[Any]:
    """The handles of applications, once they run. Raises TimeoutError when the cluster finds no room for them."""
    handles: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def deploy() -> None:
        try:
            handles.put(serve.run_many(targets))
        except Exception as error:
            handles.put(error)

    # Ray waits for room without end, and nothing ends its wait: a daemon is left behind with it.
    threading.Thread(target=deploy, name="ray-deploy", daemon=True).start()
    try:
        outcome = handles.get(timeout=_START_S)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _reason(error: Exception) -> str:
    """One sentence of what Ray says in many lines."""
    if isinstance(error, TimeoutError):
        return f"the cluster had no free cores or GPUs for them within {_START_S:g} s; add machines or ask for fewer."
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("engine_bridge.errors.")]
    return (told or lines or [type(error).__name__])[-1].partition(": ")[2][:300] or lines[-1][:300]


def _persist(
    attempt: Callable[[float], _Result], due: float, stop: Callable[[], bool] = lambda: False
) -> _Result | None:
    """What `attempt` gives, tried again while replicas die; None when the time is over or `stop()`."""
    while (left_s := due - time.monotonic()) > 0 and not stop():
        try:
            return attempt(left_s)
        except TimeoutError:
            return None
        except RayTaskError as error:
            if not isinstance(error.cause, RayActorError):
                raise error.as_instanceof_cause() from error
        except (RayActorError, RayServeException):
            pass
        time.sleep(_PAUSE_S)
    return None


def _parts(message: Message) -> _Parts:
    return [bytes(part) for part in codec.encode(message)]


def _decoded(parts: _Parts, *kinds: type[_Answer]) -> _Answer:
    message = codec.decode(parts)
    if not isinstance(message, kinds):
        raise FaceBridgeError(f"A replica answered with '{message.kind}'.")
    return message


def _lost(job: Import | Refine | Compare) -> Error:
    words = "The machine that computed this went away, and no other was free before the deadline; send it again."
    return Error(job.request_id, "busy", words)
