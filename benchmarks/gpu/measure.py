"""What a machine with a GPU can do: pictures of the engine, training steps, and photos a second, against its limits.

    python -m benchmarks.gpu.measure --out DIR [--tflops 400 --tb-per-s 3.35] [--seconds 4] [--only engine imitator ...]

Writes DIR/measure.json and prints a table. Every part is measured with fp32 (TF32 on tensor cores), bf16, bf16 under
torch.compile, and bf16 with CUDA graphs (torch.compile's reduce-overhead); what a machine cannot do is said in its
line, and the rest goes on. Data are random: only time is measured. Runs on a CPU too, with tiny sizes.

The two limits: one photo through E, D and R is 2.34 GMAC, one imitator pass 0.51 GMAC, and a training step is three
passes; --tflops is what the device reaches in bf16 (an H100: about 400 of 990), --tb-per-s its memory's.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.gpu import synthetic
from benchmarks.gpu.limits import Cost, cost_of
from core.files import write_atomically
from core.models.imitator import Imitator
from core.models.regressor import Reconstructor
from core.train.config import ReconstructorConfig
from core.train.imitator import make_imitator
from core.train.networks import Drawn, Reconstructing
from core.train.optimizers import make_optimizers
from core.train.profiles import IMITATORS, RECONSTRUCTORS
from core.train.reconstructor import ReconstructorRun
from core.train.report import Report
from core.train.results import bounds
from core.train.schedule import choose_device, place, set_threads

PARTS = ("engine", "import", "imitator", "reconstructor")
# Name -> (bf16, torch.compile's mode).
VARIANTS = {
    "fp32": (False, "off"),
    "bf16": (True, "off"),
    "bf16 compiled": (True, "default"),
    "bf16 CUDA graphs": (True, "reduce-overhead"),
}
WARM_UP = 3  # steps before the clock starts: compilers and allocators work then
PASSES_OF_A_STEP = 3.0  # forward, and backward to the input and to the weights


@dataclass(frozen=True)
class Rate:
    """One line of the table."""

    part: str
    variant: str
    batch: int
    step_ms: float | None  # None: it could not be measured
    photos_per_s: float | None
    arithmetic_limit: float | None  # photos a second
    memory_limit: float | None
    remark: str = ""


def timed(step: Callable[[], object], batch: int, seconds: float, device: torch.device) -> tuple[float, float]:
    """(ms a step, photos a second) after some steps of warming up, for at least `seconds` and two steps."""

    def wait() -> None:
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    for _ in range(WARM_UP):
        step()
    wait()
    steps, began = 0, time.perf_counter()
    while steps < 2 or time.perf_counter() - began < seconds:
        step()
        steps += 1
        if steps % 8 == 0:
            wait()
    wait()
    each = (time.perf_counter() - began) / steps
    return 1e3 * each, batch / each


class Measurement:
    """Measures the parts on one device and collects their lines."""

    def __init__(self, device: torch.device, seconds: float, tflops: float, tb_per_s: float) -> None:
        self.device, self.seconds, self.limits = device, seconds, (tflops, tb_per_s)
        self.rates: list[Rate] = []

    def line(
        self, part: str, variant: str, batch: int, make: Callable[[], Callable[[], object]], cost: Cost, passes: float
    ) -> None:
        """Measure one step that `make` prepares, or note in a word why it cannot be done."""
        arithmetic, memory = cost.photos_per_s(*self.limits, passes)
        try:
            step_ms, rate = timed(make(), batch, self.seconds, self.device)
            self._add(Rate(part, variant, batch, step_ms, rate, arithmetic, memory))
        except Exception as error:  # a compiler that is missing must not cost the other lines
            reason = (str(error).strip() or type(error).__name__).splitlines()[0][:160]
            self._add(Rate(part, variant, batch, None, None, arithmetic, memory, reason))
        if self.device.type == "cuda":
            torch.cuda.empty_cache()

    def _add(self, rate: Rate) -> None:
        self.rates.append(rate)
        print(as_line(rate), flush=True)

    def engine(self, batch: int) -> None:
        """Pictures of 256 px that the embedded engine draws in this process (through EGL where there is no display)."""
        from engine_bridge.engines import open_engine

        try:
            engine = open_engine(synthetic.CHARACTER)
            schema, rng = engine.schema, np.random.default_rng(0)
            parameters = rng.uniform(schema.minimum, schema.maximum, (batch, schema.count)).astype(np.float32)
            choices = np.repeat(schema.default_choices[None], batch, axis=0)
            cpu = torch.device("cpu")
            step_ms, rate = timed(lambda: engine.render(parameters, choices, 256), batch, self.seconds, cpu)
            self._add(Rate("engine", engine.renderer, batch, step_ms, rate, None, None))
            engine.close()
        except Exception as error:  # no driver: the networks are measured all the same
            self._add(Rate("engine", "", batch, None, None, None, None, str(error).splitlines()[0][:160]))

    def imports(self, batch: int) -> None:
        """Faces to parameters, network only, nothing to learn."""
        limits = bounds(synthetic.captures(1).schema)
        cost = cost_of(Reconstructor(*limits).eval(), torch.zeros(1, 3, 256, 256))
        faces = torch.rand(batch, 3, 256, 256, device=self.device).contiguous(memory_format=torch.channels_last)

        def make(bf16: bool, mode: str) -> Callable[[], object]:
            net = Reconstructing(place(Reconstructor(*limits), self.device).eval(), bf16, mode)

            def step() -> object:
                with torch.inference_mode():
                    return net(faces).parameters

            return step

        for name, (bf16, mode) in VARIANTS.items():
            self.line("import", name, batch, lambda b=bf16, m=mode: make(b, m), cost, 1.0)

    def imitator(self, batch: int) -> None:
        """Steps of the imitator's training with the optimiser of the gpu profile."""
        of = synthetic.captures(4)
        cost = cost_of(Imitator(*bounds(of.schema)), torch.zeros(1, of.schema.count))
        parameters = torch.from_numpy(of.parameters).to(self.device).repeat(batch // 4 + 1, 1)[:batch]
        images = torch.rand(batch, 3, 256, 256, device=self.device).contiguous(memory_format=torch.channels_last)

        def make(bf16: bool, mode: str) -> Callable[[], object]:
            net = place(make_imitator(of, of.images[0]), self.device)
            draw, optimizers = Drawn(net, bf16, mode), make_optimizers(net, IMITATORS["gpu"])

            def step() -> None:
                net.zero_grad(set_to_none=True)
                torch.square(draw(parameters) - images).mean().backward()
                for optimizer in optimizers:
                    optimizer.step()

            return step

        for name, (bf16, mode) in VARIANTS.items():
            self.line("imitator", name, batch, lambda b=bf16, m=mode: make(b, m), cost, PASSES_OF_A_STEP)

    def reconstructor(self, batch: int) -> None:
        """Whole steps of equation 12: `batch` photos and as many renders through E, D, R, G, F_id and F_3d."""
        of, people = synthetic.captures(2 * batch), synthetic.photos(batch)
        limits = bounds(of.schema)
        cost = cost_of(Reconstructor(*limits).eval(), torch.zeros(1, 3, 256, 256))
        both = Cost(2 * cost.macs, 2 * cost.bytes)  # a photo comes with a render
        config: ReconstructorConfig = replace(
            RECONSTRUCTORS["gpu"], batch=batch, render_batch=batch, warm_start=0.0, suggestion_weight=0.0, minutes=0.0,
            held_out=1, held_out_people=0, device=str(self.device), threads=torch.get_num_threads(),
        )  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:

            def make(bf16: bool, mode: str) -> Callable[[], object]:
                here, own = Path(folder), replace(config, bf16=bf16, compile=mode)
                given = (make_imitator(of, of.images[0]), of, people, synthetic.constants(of), synthetic.references(of))
                return ReconstructorRun(*given, own, here, here, Report(here, quiet=True)).one_step

            for name, (bf16, mode) in VARIANTS.items():
                self.line("reconstructor", name, batch, lambda b=bf16, m=mode: make(b, m), both, PASSES_OF_A_STEP)


def as_line(rate: Rate) -> str:
    """One line of the table."""

    def number(value: float | None, digits: int = 0) -> str:
        return "-" if value is None else f"{value:,.{digits}f}"

    limit = min((x for x in (rate.arithmetic_limit, rate.memory_limit) if x is not None), default=None)
    share = "" if limit is None or rate.photos_per_s is None else f"  {100 * rate.photos_per_s / limit:5.1f} % of it"
    return (
        f"{rate.part:<13} {rate.variant[:40]:<18} batch {rate.batch:<4} {number(rate.step_ms, 2):>9} ms"
        f" {number(rate.photos_per_s, 1):>10}/s  limit {number(limit):>9}{share}  {rate.remark}".rstrip()
    )


def main(argv: list[str] | None = None) -> int:
    """Measure, print, and write measure.json."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--seconds", type=float, default=4.0, help="time for each line (default: 4)")
    parser.add_argument("--batches", type=int, nargs="+", default=None, metavar="N", help="(default: 64 256, CPU: 4)")
    parser.add_argument("--tflops", type=float, default=400.0, help="reached in bf16 (default: 400, an H100)")
    parser.add_argument("--tb-per-s", type=float, default=3.35, help="of the memory (default: 3.35, an H100)")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS)
    args = parser.parse_args(argv)
    set_threads(0)
    device = choose_device(args.device)
    found = Measurement(device, args.seconds, args.tflops, args.tb_per_s)
    parts = dict(zip(PARTS, (found.engine, found.imports, found.imitator, found.reconstructor), strict=True))
    for batch in args.batches or ([64, 256] if device.type == "cuda" else [4]):
        for part in args.only:
            parts[part](batch)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    document = {
        "device": name,
        "torch": torch.__version__,
        "limits": {"tflops": args.tflops, "tb_per_s": args.tb_per_s},
        "rates": [asdict(rate) for rate in found.rates],
    }
    write_atomically(args.out / "measure.json", json.dumps(document, indent=1).encode())
    print(f"{name}, torch {torch.__version__}; the figures lie in {args.out / 'measure.json'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
