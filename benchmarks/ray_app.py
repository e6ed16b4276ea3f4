"""The shipped bundle behind Ray Serve over HTTP, a replica a core, for benchmarks/serve_others.py: ray_app.py PORT."""

from __future__ import annotations

import sys
import threading

import ray
from load import load_answers
from ray import serve
from starlette.requests import Request
from starlette.responses import Response

from core import threads


class Api:
    """A photo as the body of a request -> the bytes of its answer."""

    def __init__(self) -> None:
        self.answer = load_answers()

    async def __call__(self, request: Request) -> Response:
        """One photo at a time."""
        return Response(self.answer(await request.body()), media_type="application/octet-stream")


if __name__ == "__main__":
    # Workers would be the least favoured processes of the machine otherwise, which its neighbours here are not.
    quiet = {"include_dashboard": False, "log_to_driver": False, "_system_config": {"worker_niceness": 0}}
    ray.init(num_cpus=threads.cores(), **quiet)
    serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
    deployment = serve.deployment(num_replicas=threads.cores(), max_ongoing_requests=1)(Api)
    serve.run(deployment.bind(), route_prefix="/predict")
    threading.Event().wait()
