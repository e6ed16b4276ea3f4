"""What the page fetches and sends beside its events: pictures, the preset's file, and photos, which stay in memory."""

from __future__ import annotations

import io
from collections.abc import Callable
from urllib.parse import quote

import numpy as np
from fastapi import FastAPI, Request, Response
from numpy.typing import NDArray
from PIL import Image

from core.studio.session import MAX_PHOTO_BYTES, StudioSession
from engine_bridge.parameter_file import MAX_FILE_BYTES

_FRESH = {"Cache-Control": "no-store"}


def add_routes(app: FastAPI, session: StudioSession) -> None:
    """Add them to NiceGUI's application."""

    @app.get("/shot/{version}")
    def shot(version: str) -> Response:  # the version is for the browser, which must not show an older picture again
        found = session.shot
        return _missing() if found is None else Response(found.jpeg, media_type="image/jpeg", headers=_FRESH)

    @app.get("/aligned/{version}")
    def aligned(version: str) -> Response:
        photo = session.photo
        return _missing() if photo is None or photo.aligned is None else _jpeg(photo.aligned)

    @app.get("/face/{version}/{number}")
    def face(version: str, number: int) -> Response:
        faces = None if session.photo is None else session.photo.thumbnails
        return _missing() if faces is None or not 0 <= number < len(faces) else _jpeg(faces[number])

    @app.get("/variation/{version}/{number}")
    def variation(version: str, number: int) -> Response:
        found = () if session.photo is None else session.photo.variations
        preview = found[number].preview if 0 <= number < len(found) else None
        return _missing() if preview is None else _jpeg(preview)

    @app.get("/preset")
    def preset() -> Response:
        name, data = session.preset_file()
        plain = "".join(char if (char.isascii() and char.isalnum()) or char in "-_." else "_" for char in name)
        attached = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
        return Response(data, media_type="application/json", headers={**_FRESH, "Content-Disposition": attached})

    @app.post("/preset")
    async def open_preset(request: Request, called: str = "preset.json") -> Response:
        return await _received(request, MAX_FILE_BYTES, lambda data: session.open_preset(data, called))

    @app.post("/photo")
    async def photo(request: Request, called: str = "photo") -> Response:
        return await _received(request, MAX_PHOTO_BYTES, lambda data: session.import_photo(data, called))


async def _received(request: Request, most: int, take: Callable[[bytes], None]) -> Response:
    """The request's body, read no further than a byte beyond what is allowed: the session says that in words."""
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > most:
            break
    take(bytes(data[: most + 1]))
    return Response(status_code=204)


def _jpeg(picture: NDArray[np.uint8]) -> Response:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=90)
    return Response(buffer.getvalue(), media_type="image/jpeg", headers=_FRESH)


def _missing() -> Response:
    return Response(status_code=404)
