"""How a service loads its bundles: here and in importers, which share one engine, or in replicas on a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine_bridge.errors import SchemaMismatch

if TYPE_CHECKING:
    from core.drawing import Drawer
    from core.serve.answerer import Answerer
    from core.serve.answers import Answers
    from core.serve.event_log import EventLog
    from core.serve.importers import Importers

Bundles = Sequence[tuple[str, Path | None]]
"""Name and folder of each; None is the bundle that ships."""
NO_ENGINE = "none"


def local_sources(
    bundles: Bundles, device: str, engine: str, importers: int, log: EventLog, stack: ExitStack
) -> dict[str, Callable[[], Answerer]]:
    """What loads each bundle in this process, and in so many importers beside it.

    The engine and the importers start now, beside the bundles, and end with `stack`.
    """
    drawer = start_engine(engine, stack)
    loads = {name: partial(load_here, folder, device, engine, drawer) for name, folder in bundles}
    if not importers:
        return dict(loads)
    from core.serve.importers import Importer, Importers

    pool = Importers(importers, partial(Importer, device), log)
    stack.callback(pool.close)
    return {name: partial(_spread, loads[name], folder, pool, drawer is None) for name, folder in bundles}


def ray_sources(
    bundles: Bundles, device: str, engine: str, replicas: int, address: str, stack: ExitStack
) -> dict[str, Callable[[], Answerer]]:
    """What loads each bundle into replicas of its own on the Ray cluster at `address`, or with "" one that starts here.

    Folders must be there on every machine of the cluster. Raises EngineError when there is no such cluster.
    """
    from core.serve.ray_answers import RayAnswers, start_ray, stop_ray

    start_ray(address, replicas * len(bundles))
    stack.callback(stop_ray)
    return {
        name: partial(
            RayAnswers,
            name,
            partial(load_replica, None if folder is None else folder.resolve(), device, engine),
            replicas=replicas,
            gpu=device == "cuda",
        )
        for name, folder in bundles
    }


def load_replica(folder: Path | None, device: str, engine: str) -> Answerer:
    """A bundle in a process of its own, with an engine of its own that ends with the process."""
    from core import memory, threads

    threads.configure(1)
    memory.keep_freed()
    return load_here(folder, device, engine, start_engine(engine, ExitStack()))


def _spread(load: Callable[[], Answers], folder: Path | None, importers: Importers, previews: bool) -> Answerer:
    from core.serve.spread import SpreadAnswers

    return SpreadAnswers(load, folder, importers, previews)


def load_here(folder: Path | None, device: str, engine: str, drawer: Future[Drawer] | None) -> Answers:
    from core.bundle import Bundle
    from core.reconstruct import Reconstructor
    from core.serve.answers import Answers
    from engine_bridge.engines import engine_schema

    bundle = Bundle.load(folder)
    if drawer is not None and (difference := bundle.schema.difference(engine_schema(engine))):
        raise SchemaMismatch(f"The bundle is not for the engine '{engine}': {difference}; choose another --engine.")
    reconstructor = Reconstructor(bundle, device=device)
    reconstructor.warm_up()
    return Answers(reconstructor, drawer.result() if drawer is not None else None)


def start_engine(engine: str, stack: ExitStack) -> Future[Drawer] | None:
    """The engine's process, started beside the bundles and ended with `stack`; None without an engine.

    It draws once by itself: an artist's first import would wait two seconds for it. Nothing else waits.
    """
    if engine == NO_ENGINE:
        return None
    from core.drawing import Drawer
    from engine_bridge.engines import engine_schema

    pool = ThreadPoolExecutor(1, "engine")
    schema = engine_schema(engine)
    drawer = pool.submit(lambda: Drawer(engine, schema))
    pool.submit(lambda: drawer.result().draw(schema.defaults[None], schema.default_choices[None]))
    pool.shutdown(wait=False)

    def close() -> None:
        if drawer.exception() is None:
            drawer.result().close()

    stack.callback(close)
    return drawer
