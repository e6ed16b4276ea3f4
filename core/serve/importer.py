"""An importer: a process that loads bundles and computes imports for a service, told through its standard input.

    python -m core.serve.importer [--device cpu]

Python lets one thread compute at a time, so that threads of one process fill a second core by half. Requests are lists
of parts (core.serve.pipes), each answered by one: "load" (name, folder or nothing, whether to draw previews) by "done"
and the bundle's digest, "drop" (name) by "done", "import" (name, the parts of each message) by "done" and those of each
answer, and what fails by "failed" and what it was. It ends when its standard input does, which is when the service has
ended, however that came; signals that a terminal or a supervisor sends to all are the service's to obey.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from core.serve import pipes
from core.serve.defects import DefectElsewhere, out_of_memory, type_name, where
from engine_bridge import codec
from engine_bridge.errors import BundleError, FaceBridgeError, InputError
from engine_bridge.protocol import Import

if TYPE_CHECKING:
    from core.serve.answerer import Answerer

MODULE = "core.serve.importer"
DONE, FAILED = b"done", b"failed"
_INPUT, _BUNDLE, _MEMORY, _DEFECT = "input", "bundle", "memory", "defect"
Load = Callable[[Path | None, bool], tuple["Answerer", str]]
"""Folder of a bundle (None: the shipped one), whether to draw previews -> its answers, and its digest."""


def main() -> int:
    """Answer requests until nobody sends any; exit code 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    args = parser.parse_args()
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    # What libraries print must not get among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    from core import memory, threads

    threads.configure(1)  # before torch loads; see core.reconstruct.TORCH_THREADS for the reason
    memory.keep_freed()

    def load(folder: Path | None, previews: bool) -> tuple[Answerer, str]:
        from core.bundle import Bundle
        from core.reconstruct import Reconstructor
        from core.serve.answers import Answers

        bundle = Bundle.load(folder)
        reconstructor = Reconstructor(bundle, device=args.device)
        reconstructor.warm_up()
        return Answers(reconstructor, previews=previews), bundle.digest()

    serve(sys.stdin.buffer, answers, load)
    return 0


def serve(requests: IO[bytes], answers: IO[bytes], load: Load) -> None:
    """Answer each request in turn, until there are no more or nobody reads the answers."""
    loaded: dict[str, Answerer] = {}
    while True:
        try:
            parts = pipes.read_parts(requests)
        except EOFError:
            return
        try:
            answer = [DONE, *_answer(parts, loaded, load)]
        except Exception as error:
            answer = [FAILED, _failure(error)]
        try:
            pipes.write_parts(answers, answer)
        except OSError:
            return


def outcome(answer: list[bytes]) -> list[bytes]:
    """The parts of an answer that is "done"; raises what failed: InputError, BundleError, MemoryError, or a defect."""
    if answer[0] == DONE:
        return answer[1:]
    failed = json.loads(answer[1])
    kind, words = failed["kind"], failed["words"]
    if kind == _INPUT:
        raise InputError(words)
    if kind == _BUNDLE:
        raise BundleError(words)
    if kind == _MEMORY:
        raise MemoryError(words)
    raise DefectElsewhere(failed["type"], words, failed["where"])


def _answer(parts: list[bytes], loaded: dict[str, Answerer], load: Load) -> list[codec.Buffer]:
    verb, name = parts[0], parts[1].decode()
    if verb == b"import":
        jobs = [job for job in map(codec.decode, pipes.parted(parts[2:])) if isinstance(job, Import)]
        return pipes.joined([codec.encode(answer) for answer in loaded[name].imports(jobs)])
    if verb == b"load":
        folder = Path(os.fsdecode(parts[2])) if parts[2] else None
        loaded[name], digest = load(folder, parts[3] == b"previews")
        return [digest.encode()]
    assert verb == b"drop"
    if name in loaded:
        loaded.pop(name).close()
    return []


def _failure(error: Exception) -> bytes:
    if out_of_memory(error):
        kind = _MEMORY
    elif isinstance(error, BundleError):
        kind = _BUNDLE
    else:
        kind = _INPUT if isinstance(error, FaceBridgeError) else _DEFECT
    told = {"kind": kind, "type": type_name(error), "words": str(error), "where": where(error)}
    return json.dumps(told).encode()


if __name__ == "__main__":
    sys.exit(main())
