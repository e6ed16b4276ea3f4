"""How far a training run is, the learning rate that follows from it, and the averaged weights."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from engine_bridge.errors import InputError

Module = TypeVar("Module", bound=nn.Module)


class Clock:
    """Progress of a run from 0 to 1, by steps or, where `minutes` is above 0, by elapsed time.

    A run by the clock ends fully annealed whatever the machine's speed. `elapsed_s` of an earlier run that
    is being resumed counts; time between the runs does not.
    """

    def __init__(
        self, steps: int, minutes: float, elapsed_s: float = 0.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.steps = steps
        self.limit_s = minutes * 60.0
        self._now = now
        self._start = now() - elapsed_s

    @property
    def elapsed_s(self) -> float:
        """Seconds of training so far, those before a resume included."""
        return self._now() - self._start

    def progress(self, step: int) -> float:
        """Share of the run that lies behind, 0 to 1, before `step` (counted from 0) is taken."""
        done = self.elapsed_s / self.limit_s if self.limit_s > 0 else step / self.steps
        return min(max(done, 0.0), 1.0)

    def left_s(self, step: int) -> float:
        """Estimated seconds to the end of the run; infinite while nothing is known."""
        if self.limit_s > 0:
            return max(self.limit_s - self.elapsed_s, 0.0)
        return self.elapsed_s / step * (self.steps - step) if step else math.inf


def learning_rate(progress: float, warmup: float, final: float) -> float:
    """Share of the peak learning rate: a linear rise over the first `warmup` of the run, then half a cosine from 1
    down to `final`."""
    if progress < warmup:
        return max(progress / warmup, 0.01)
    along = (progress - warmup) / max(1.0 - warmup, 1e-9)
    return final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * along))


def rate_share(progress: float, schedule: str, warmup: float, final: float) -> float:
    """Share of the peak learning rate: `cosine`, or `halving` after each third of the run (the paper's 50 epochs of
    150), without warm-up; InputError for another name."""
    if schedule == "halving":
        return 0.5 ** min(int(3.0 * progress), 2)
    if schedule != "cosine":
        raise InputError(f"--schedule is {schedule!r}; it must be cosine or halving.")
    return learning_rate(progress, warmup, final)


class AveragedWeights:
    """Exponential moving average of a module's parameters and buffers, with a short memory at the start."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self.tensors: dict[str, Tensor] = {k: v.detach().clone() for k, v in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        """Take one step towards the module's present weights; integer buffers are copied."""
        self.updates += 1
        decay = min(self.decay, self.updates / (self.updates + 10.0))
        for name, value in module.state_dict().items():
            if value.is_floating_point():
                self.tensors[name].lerp_(value.detach(), 1.0 - decay)
            else:
                self.tensors[name].copy_(value)

    def restore(self, tensors: dict[str, Tensor], updates: int) -> None:
        """Put back what a checkpoint holds, each tensor where and as it lies here."""
        for name, value in tensors.items():
            self.tensors[name].copy_(value)
        self.updates = updates

    def copy_to(self, module: nn.Module) -> None:
        """Put the averaged weights into `module`."""
        module.load_state_dict(self.tensors)


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA where there is one, else the CPU; InputError where the named device is missing."""
    if name == "auto":
        return torch.device("cuda", torch.cuda.current_device()) if torch.cuda.is_available() else torch.device("cpu")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise InputError(f"--device is {name}, but torch sees no CUDA device; use --device cpu.")
    try:
        return torch.device(name)
    except RuntimeError as error:
        raise InputError(f"--device is {name!r}; it must be auto, cpu or cuda.") from error


def place(module: Module, device: torch.device) -> Module:
    """`module` on `device`, its weights laid out channels-last, which is faster on a CPU and on tensor cores."""
    return module.to(device).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


def set_threads(threads: int) -> None:
    """Give torch `threads` threads (0: every core this process may use) and flush denormals to zero."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_num_threads(threads or available)
    torch.set_flush_denormal(True)
    if torch.cuda.is_available():
        torch.set_float32_matmul_precision("high")  # TF32 on tensor cores
