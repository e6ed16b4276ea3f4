"""`facebridge doctor`: a line for each finding, a remedy for each failure, and an exit code that means it."""

from __future__ import annotations

import argparse
import shutil
import socket
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import assets, requirements, threads
from core.cli import doctor
from core.cli.doctor import Line


def args() -> argparse.Namespace:
    return argparse.Namespace(port=None, dir=Path())


CHECKS = [name for name in vars(doctor) if name.startswith("check_")]


@pytest.fixture
def healthy(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Every check reports ok, without looking at the machine."""

    def fine(*_arguments: object) -> Iterator[Line]:
        yield Line("ok", "thing", "fine")

    for name in CHECKS:
        monkeypatch.setattr(doctor, name, fine)
    return monkeypatch


def test_a_healthy_machine_exits_with_zero(healthy: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.run(args()) == 0
    text = capsys.readouterr().out
    assert text.count("ok  thing: fine") == len(CHECKS)
    assert text.endswith("Everything needed is here.\n")


@pytest.mark.parametrize("name", CHECKS)
def test_one_failed_check_exits_with_one_and_prints_what_to_do(
    name: str, healthy: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    healthy.setattr(doctor, name, lambda *_: iter([Line("fail", "lamp", "is dark", "switch it on")]))
    assert doctor.run(args()) == 1
    assert "fail  lamp: is dark\n      -> switch it on\n" in capsys.readouterr().out


def test_a_note_does_not_fail_the_machine(healthy: pytest.MonkeyPatch) -> None:
    healthy.setattr(doctor, "check_gpu", lambda: iter([Line("note", "torch", "no GPU", "buy one")]))
    assert doctor.run(args()) == 0


def test_this_machine_has_the_packages_weights_and_ports_that_the_tests_need() -> None:
    lines = [*doctor.check_python(), *doctor.check_packages(), *doctor.check_weights(), *doctor.check_ports(None)]
    assert [line for line in lines if line.state == "fail"] == []
    assert {"Python", "packages", "weights", "ports"} <= {line.subject for line in lines}


def test_a_missing_base_package_fails_and_a_missing_extra_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [requirements.parse("no-such-base>=1.0"), requirements.parse('no-such-net>=2.0; extra == "learn"')]
    monkeypatch.setattr(requirements, "declared", lambda: wanted)
    base, extra, *_ = doctor.check_packages()
    assert (base.state, extra.state) == ("fail", "note")
    assert "no-such-base" in base.subject and "pip install 'facebridge'" in base.remedy
    assert "pip install 'facebridge[learn]'" in extra.remedy


def test_the_opengl_probe_says_which_renderer_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "GL_PROBE", "print('llvmpipe | OpenGL 4.5')")
    (line,) = doctor.check_opengl()
    assert line.state == "ok"
    assert "llvmpipe" in line.detail and "software" in line.detail


def test_a_broken_opengl_driver_fails_with_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "GL_PROBE", "raise SystemExit('no such library: libEGL')")
    (line,) = doctor.check_opengl()
    assert line.state == "fail"
    assert "no such library: libEGL" in line.detail
    assert line.remedy


def test_a_driver_that_hangs_is_given_up_at_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "GL_PROBE", "import time; time.sleep(600)")
    monkeypatch.setattr(doctor, "PROBE_TIMEOUT_S", 0.5)
    (line,) = doctor.check_opengl()
    assert line.state == "fail"
    assert "no answer" in line.detail


def test_a_taken_port_fails_and_a_free_one_does_not() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        *_, line = doctor.check_ports(port)
        assert (line.state, line.subject) == ("fail", f"port {port}")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    *_, line = doctor.check_ports(port)
    assert line.state == "ok"


@pytest.mark.parametrize(("free", "state"), [(1 << 20, "fail"), (1 << 30, "note"), (1 << 40, "ok")])
def test_disk_room_is_measured_where_results_will_lie(
    free: int, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage(1 << 41, 0, free))
    (line,) = doctor.check_disk(tmp_path / "not" / "yet")
    assert line.state == state
    assert str(tmp_path) in line.detail


def test_a_damaged_weight_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [assets.Asset("core/data/a.bin", "is missing"), assets.Asset("core/data/b.bin", None)]
    monkeypatch.setattr(assets, "verify", lambda: found)
    bad, good = doctor.check_weights()
    assert (bad.state, bad.subject, bad.detail) == ("fail", "core/data/a.bin", "is missing")
    assert good.state == "ok"


def test_more_openmp_threads_than_cores_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", str(threads.cores() + 1))
    (line,) = doctor.check_threads()
    assert line.state == "note"
    assert line.remedy
