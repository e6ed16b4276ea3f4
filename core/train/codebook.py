"""The codebooks of E as training uses them: full precision, one for all processes, or by the paper's loss alone."""

from __future__ import annotations

import torch
from torch import Tensor

from core.models.vqvae import FOLLOW, Codebook, Quantised, VectorQuantisedCoder
from core.train.processes import Team


class TrainingCodebook(Codebook):
    """A codebook whose statistics are those of the whole batch, whichever process holds which part of it.

    `layout` says of what parts this process's batch consists (photos, then renders), so that what is gathered can be
    put into the order that a single process would have. `additions` False leaves codes to their loss (equation 4), as
    in the paper: no start at encoder outputs, no following, no revival.
    """

    team: Team
    additions: bool
    layout: tuple[int, ...]

    @classmethod
    def instead_of(cls, book: Codebook, team: Team, additions: bool) -> TrainingCodebook:
        """A codebook with the same codes and state, under the same names."""
        own = cls(*book.codes.shape)
        own.load_state_dict(book.state_dict())
        own.team, own.additions, own.layout = team, additions, ()
        return own.to(book.codes.device)

    def forward(self, encoded: Tensor) -> Quantised:
        """(B, size, H, W) -> codes of the same shape, and the two errors; in float32 also under autocast."""
        with torch.autocast(encoded.device.type, enabled=False):
            return super().forward(encoded.float())

    @torch.no_grad()
    def _start_from(self, flat: Tensor) -> None:
        if self.additions:
            super()._start_from(self._whole(flat))
        self.ready.fill_(True)

    @torch.no_grad()
    def _follow(self, flat: Tensor, chosen: Tensor) -> None:
        if not self.additions:
            return
        number = torch.bincount(chosen, minlength=len(self.codes)).to(flat.dtype)[:, None]
        total = torch.zeros_like(self.codes).index_add_(0, chosen, flat)
        number, total = self.team.total(number), self.team.total(total)
        share = FOLLOW * number / (number + 4.0)
        self.codes.add_(share * (total / number.clamp_min(1.0) - self.codes))

    @torch.no_grad()
    def _count(self, chosen: Tensor) -> None:
        number = self.team.total(torch.bincount(chosen, minlength=len(self.codes)).float())
        self.usage.lerp_(number * (len(self.codes) / (chosen.numel() * self.team.size)), 0.02)

    @torch.no_grad()
    def revive(self, encoded: Tensor, least: float = 0.02) -> int:
        """Move codes used less than `least` of an even share onto places of `encoded` (B, size, H, W); their number."""
        return super().revive(self._whole(encoded), least) if self.additions else 0

    def _whole(self, values: Tensor) -> Tensor:
        """What every process holds, with all photos before all renders."""
        if self.team.size == 1:
            return values
        each = sum(self.layout)
        parts = self.team.together(values.detach()).unflatten(0, (self.team.size, each, -1))
        return torch.cat([part.flatten(0, 2) for part in parts.split(self.layout, dim=1)])


def use_training_codebooks(coder: VectorQuantisedCoder, team: Team, additions: bool) -> None:
    """Put training's codebooks in the place of the plain ones; the state's names stay."""
    coder.top_codebook = TrainingCodebook.instead_of(coder.top_codebook, team, additions)
    coder.bottom_codebook = TrainingCodebook.instead_of(coder.bottom_codebook, team, additions)


def set_layout(coder: VectorQuantisedCoder, layout: tuple[int, ...]) -> None:
    """Say how many photos and how many renders the next batch of this process holds."""
    for book in (coder.top_codebook, coder.bottom_codebook):
        assert isinstance(book, TrainingCodebook)
        book.layout = layout
