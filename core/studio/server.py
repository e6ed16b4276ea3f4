"""Runs the slider page on loopback until it is told to stop: engine, import service, session, and NiceGUI's server."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.studio.access import KEY, Access, new_key
from core.studio.imports import Importer
from core.studio.session import StudioSession
from core.studio.stage import Stage
from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError
from engine_bridge.keys import ClientKeys
from engine_bridge.parameter_file import read_preset

HOST = "127.0.0.1"
READY = "facebridge studio: ready on"


@dataclass(frozen=True)
class StudioOptions:
    """What `facebridge studio` was asked for; `server` None starts a service of its own, from `bundle`."""

    engine: str = "embedded"
    server: str | None = None
    keys: ClientKeys | None = None
    bundle: Path | None = None
    params: Path | None = None
    port: int = 8712
    open_browser: bool = True


def run(options: StudioOptions) -> None:
    """Serve until Ctrl-C or SIGTERM; raises InputError for a port in use, a wrong engine or a wrong parameter file."""
    schema = engine_schema(options.engine)
    preset = None if options.params is None else read_preset(options.params, schema)
    port = free_port(options.port)
    # NiceGUI reads this when it is imported; it has nothing to store, and must not make a folder where we were started.
    os.environ.setdefault("NICEGUI_STORAGE_PATH", str(Path(tempfile.gettempdir()) / "facebridge-studio-unused"))
    from nicegui import app, ui

    from core.studio.page import StudioPage
    from core.studio.routes import add_routes

    session = StudioSession(schema, preset)
    key = new_key()
    address = f"http://{HOST}:{port}/?{KEY}={key}"
    app.add_middleware(Access, key=key, port=port)
    add_routes(app, session)
    ui.page("/", title="FaceBridge Studio")(lambda: _page(StudioPage, session))
    stage = Stage(options.engine, session.shown, session.failed, session.engine_ready)
    importer = Importer(
        schema,
        options.server,
        options.keys,
        options.bundle,
        lambda info: session.service_ready(info.bundle, info.features),
        session.service_failed,
    )
    ended: list[bool] = []

    def end() -> None:
        # On a signal the server may end the process right after its shutdown, so children are ended within it.
        if not ended:
            ended.append(True)
            importer.close()
            stage.close()

    app.on_startup(lambda: print(f"{READY} {address}", flush=True))
    app.on_shutdown(end)
    session.attach(stage, importer)
    try:
        ui.run(
            host=HOST,
            port=port,
            title="FaceBridge Studio",
            dark=True,
            reload=False,
            show=f"/?{KEY}={key}" if options.open_browser else False,
            tailwind=False,
            gzip_middleware_factory=None,  # the page and its pictures stay on this machine
            show_welcome_message=False,
            message_history_length=100,
            favicon="🙂",
        )
    except KeyboardInterrupt:
        pass  # Ctrl-C is how one ends it; the server has shut down by now
    finally:
        end()


def free_port(wanted: int) -> int:
    """The port itself when it is free, any free one for 0; raises InputError when it is in use."""
    with socket.socket() as probe:
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise InputError(
                f"Port {wanted} of {HOST} cannot be used ({error.strerror}); choose another --port, or 0 for any."
            ) from error
        return int(probe.getsockname()[1])


def _page(make: Callable[[StudioSession], object], session: StudioSession) -> None:
    make(session)
