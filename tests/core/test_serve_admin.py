"""The operator's port: health and metrics for this machine, and a reload that no website can ask for."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from core.serve import Answerer
from core.serve.admin import RELOAD_HEADER, Admin
from core.serve.metrics import Metrics
from engine_bridge.errors import BundleError, InputError
from tests.core.served import DEADLINE_S, HeldAnswers, Served


@contextmanager
def administered(served: Served, *, with_metrics: bool = True) -> Iterator[Admin]:
    service = served.service
    metrics = Metrics(service.health)
    service.record.meter = metrics
    admin = Admin(
        "127.0.0.1:0", health=service.health, reload=service.reload, metrics=metrics.text if with_metrics else None
    )
    try:
        yield admin
    finally:
        admin.close()


def ask(admin: Admin, method: str, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", admin.port, timeout=DEADLINE_S)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_health_says_loading_then_ready_with_bundles_and_queue() -> None:
    served = Served(HeldAnswers())
    with administered(served) as admin:
        status, text = ask(admin, "GET", "/health")
        assert (status, json.loads(text)["state"]) == (503, "loading")
        with served, served.client() as client:
            client.hello()
            status, text = ask(admin, "GET", "/health")
            health = json.loads(text)
    assert (status, health["state"], health["bundles"]) == (200, "ready", {"tiny": "tiny 1"})
    assert (health["clients"], health["open"], health["waiting"], health["engine"]) == (1, 0, 0, False)


def test_metrics_count_requests_by_outcome_and_stages_and_say_what_is_connected() -> None:
    with Served(HeldAnswers()) as served, administered(served) as admin, served.client() as client:
        client.import_photo(bytes([50]), deadline_s=DEADLINE_S)
        with pytest.raises(InputError):
            client.import_photo(b"bad", deadline_s=DEADLINE_S)
        status, text = ask(admin, "GET", "/metrics")
    lines = text.splitlines()
    assert status == 200
    for line in (
        'facebridge_requests_total{kind="import",outcome="imported"} 1.0',
        'facebridge_requests_total{kind="import",outcome="input"} 1.0',
        'facebridge_stage_seconds_count{stage="align"} 1.0',
        'facebridge_batch_photos_count{lane="imports"} 2.0',
        "facebridge_clients 1.0",
        "facebridge_ready 1.0",
        'facebridge_bundle_info{bundle="tiny 1",name="tiny"} 1.0',
    ):
        assert line in lines


def test_without_their_package_metrics_say_what_to_install() -> None:
    with Served(HeldAnswers()) as served, administered(served, with_metrics=False) as admin:
        status, text = ask(admin, "GET", "/metrics")
    assert status == 501 and "pip install 'facebridge[serve]'" in text and text.count("\n") == 1


def test_a_reload_swaps_the_bundle_under_a_connected_client() -> None:
    versions = ["tiny 1", "tiny 2"]
    sources = {"tiny": lambda: HeldAnswers(bundle=versions.pop(0))}
    with Served(sources=sources) as served, administered(served) as admin, served.client() as client:
        assert client.import_photo(bytes([50]), deadline_s=DEADLINE_S).bundle == "tiny 1"
        status, text = ask(admin, "POST", "/reload", **{RELOAD_HEADER: "reload"})
        assert (status, json.loads(text)) == (200, {"bundles": [{"name": "tiny", "bundle": "tiny 2", "error": ""}]})
        assert client.import_photo(bytes([50]), deadline_s=DEADLINE_S).bundle == "tiny 2"


def test_a_reload_that_fails_says_why_and_the_old_bundle_goes_on() -> None:
    loads = [False, True]

    def load() -> Answerer:
        if loads.pop(0):
            raise BundleError("The folder is gone.")
        return HeldAnswers()

    with Served(sources={"tiny": load}) as served, administered(served) as admin, served.client() as client:
        status, text = ask(admin, "POST", "/reload", **{RELOAD_HEADER: "reload"})
        assert status == 500 and "The folder is gone." in text
        assert np.allclose(client.import_photo(bytes([50]), deadline_s=DEADLINE_S).parameters, 0.5)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/reload", {}, 403),
        ("POST", "/reload", {RELOAD_HEADER: "reload", "Host": "evil.example"}, 403),
        ("GET", "/health", {"Host": "evil.example:80"}, 403),
        ("GET", "/health", {"Host": "localhost:1"}, 200),
        ("GET", "/health", {"Host": "[::1]:1"}, 200),
        ("GET", "/else", {}, 404),
        ("POST", "/health", {RELOAD_HEADER: "reload"}, 404),
        ("DELETE", "/health", {}, 501),
    ],
)
def test_another_website_gets_nothing(method: str, path: str, headers: dict[str, str], status: int) -> None:
    loads = iter([HeldAnswers()])
    with (
        Served(sources={"tiny": lambda: next(loads)}) as served,
        administered(served) as admin,
        served.client() as client,
    ):
        client.hello()  # it is ready then
        assert ask(admin, method, path, **headers)[0] == status


def test_connections_that_say_nothing_do_not_pile_up_and_cut_nobody_off() -> None:
    with Served(HeldAnswers()) as served, administered(served) as admin:
        silent = [socket.create_connection(("127.0.0.1", admin.port)) for _ in range(15)]
        try:
            assert ask(admin, "GET", "/health")[0] in (200, 503)
        finally:
            for connection in silent:
                connection.close()


@pytest.mark.parametrize(("address", "said"), [("0.0.0.0:9757", "other machines"), ("here", "is not an address")])
def test_an_address_beyond_this_machine_is_refused(address: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Admin(address, health=dict, reload=list, metrics=None)


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="cannot be opened"):
            Admin(f"127.0.0.1:{taken.getsockname()[1]}", health=dict, reload=list, metrics=None)
