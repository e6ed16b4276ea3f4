"""The shipped bundle behind LitServe, a worker for each core, for benchmarks/serve_others.py: litserve_app.py PORT."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import litserve
from fastapi import Body, Response
from load import load_answers

from core import threads

Octets = Annotated[bytes, Body(media_type="application/octet-stream")]


class Api(litserve.LitAPI):
    """A photo as the body of a request -> the bytes of its answer."""

    def setup(self, device: Any) -> None:
        """Load in each worker."""
        self.answer = load_answers()

    def decode_request(self, request: bytes, **kwargs: Any) -> bytes:
        """The body as it is."""
        return request

    def predict(self, x: bytes, **kwargs: Any) -> bytes:
        """One photo at a time: the networks gain nothing from more on a CPU."""
        return self.answer(x)

    def encode_response(self, output: bytes, **kwargs: Any) -> Response:
        """The answer as it is."""
        return Response(output, media_type="application/octet-stream")


# LitServe hands this annotation to FastAPI, which would read a plain `bytes` from the address.
Api.decode_request.__annotations__["request"] = Octets


if __name__ == "__main__":
    server = litserve.LitServer(Api(), accelerator="cpu", workers_per_device=threads.cores(), timeout=120)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="error")
