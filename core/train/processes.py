"""Training in several processes (`torchrun`): who takes which part of a batch, and what they tell each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray
from torch import Tensor, nn

from engine_bridge.errors import InputError

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True)
class Team:
    """The processes of one training; `Team()` is a process by itself, for which everything here does nothing.

    Each process takes its slice of the batch that a single one would take, and gradients are averaged over equal
    slices: so a loss that is a mean over the batch needs no thought. One that compares samples with each other (MMD,
    contrastive) looks at what `together` returns.
    """

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """True in the one process that prints, evaluates and writes."""
        return self.rank == 0

    def share(self, values: NDArray[Number], group: int = 1) -> NDArray[Number]:
        """This process's consecutive part of the (N, ...) values of a whole batch, never splitting a `group`.

        InputError when N is not a multiple of processes times group.
        """
        if len(values) % (self.size * group):
            raise InputError(
                f"{len(values)} samples of a step cannot be shared evenly by {self.size} processes"
                f"{f' in groups of {group}' if group > 1 else ''}; choose --batch and --render-batch as multiples of"
                f" {self.size * group}."
            )
        each = len(values) // self.size
        return values[self.rank * each : (self.rank + 1) * each]

    def together(self, values: Tensor) -> Tensor:
        """(N / size, ...) of every process -> (N, ...) in the order of a single process; gradients flow back."""
        return values if self.size == 1 else cast(Tensor, _Gathered.apply(values, self))

    def total(self, values: Tensor) -> Tensor:
        """The sum of `values` over all processes, without gradient."""
        if self.size > 1:
            values = values.detach().clone()
            dist.all_reduce(values)
        return values

    def agree(self, *values: float) -> tuple[float, ...]:
        """The first process's values, for all: what a clock or a keyboard says differs from process to process."""
        if self.size == 1:
            return values
        told = torch.tensor(values, dtype=torch.float64)
        dist.broadcast(told, 0)
        return tuple(told.tolist())

    def wait(self) -> None:
        """Return when every process has come here."""
        if self.size > 1:
            dist.all_reduce(torch.zeros(1))

    @contextmanager
    def one_after_the_other(self) -> Iterator[None]:
        """The body runs in the first process alone, then in the others: it may fill a cache that they only read."""
        if not self.leads:
            self.wait()
        yield
        if self.leads:
            self.wait()

    def wrap(self, module: nn.Module, unused: bool = False) -> nn.Module:
        """`module` whose backward pass averages gradients over all processes (DistributedDataParallel).

        `unused`: some weights may get no gradient in some steps.
        """
        if self.size == 1:
            return module
        return nn.parallel.DistributedDataParallel(module, find_unused_parameters=unused)


class _Gathered(torch.autograd.Function):
    """all_gather. Every process computes the same loss from the whole and DDP then takes the mean over processes,
    so each hands back its own part's gradient times their number."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, team: Team) -> Tensor:
        ctx.team = team
        values = values.contiguous()
        parts = [torch.empty_like(values) for _ in range(team.size)]
        dist.all_gather(parts, values)
        return torch.cat(parts)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient,) = gradients
        each = len(gradient) // ctx.team.size
        own = gradient[ctx.team.rank * each : (ctx.team.rank + 1) * each]
        return own * ctx.team.size, None


def join_team() -> Team:
    """The team that `torchrun` started this process for (by its environment), or a process by itself.

    With CUDA each process takes the GPU of its local rank; numbers are exchanged by NCCL there and by gloo on the CPU.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Team()
    if not dist.is_available():
        raise InputError("This torch was built without torch.distributed; train in one process.")
    backend = "gloo"
    if torch.cuda.is_available():
        local = int(os.environ.get("LOCAL_RANK", "0"))
        if local >= torch.cuda.device_count():
            raise InputError(
                f"torchrun starts process {local} on this machine, which has {torch.cuda.device_count()} GPUs; give"
                " torchrun --nproc-per-node as many as there are."
            )
        torch.cuda.set_device(local)
        backend = "cpu:gloo,cuda:nccl"
    if not dist.is_initialized():
        dist.init_process_group(backend)
    return Team(dist.get_rank(), dist.get_world_size())


def leave_team(team: Team) -> None:
    """Wait for the others and close the connections."""
    if team.size > 1 and dist.is_initialized():
        team.wait()
        dist.destroy_process_group()
