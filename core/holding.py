"""What an artist holds while a photo is read: locked parameters and choices, and sides of the face kept equal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine_bridge.errors import InputError
from engine_bridge.parameter_edits import expand_locks
from engine_bridge.schema import CharacterSchema


@dataclass(frozen=True, eq=False)
class Hold:
    """parameters: (P,) bool, True where the value stays. choices: (C,) bool. partners: (P,) index of each parameter's
    mirror partner where both sides are kept equal, else the parameter's own index."""

    parameters: NDArray[np.bool_]
    choices: NDArray[np.bool_]
    partners: NDArray[np.int64]

    @classmethod
    def of(cls, schema: CharacterSchema, locked: Iterable[str] = (), mirrored: bool = False) -> Hold:
        """From names of parameters, groups and choices; InputError for one that the character lacks."""
        names = expand_locks(schema, locked)
        own = np.arange(schema.count, dtype=np.int64)
        if mirrored:
            own = np.array(
                [
                    index if one.mirror is None else schema.index(one.mirror)
                    for index, one in enumerate(schema.parameters)
                ]
            )
        return cls(
            np.array([name in names for name in schema.names], bool),
            np.array([choice.name in names for choice in schema.choices], bool),
            own,
        )

    @property
    def nothing(self) -> bool:
        """Whether all may change freely."""
        free = not self.parameters.any() and not self.choices.any()
        return free and bool((self.partners == np.arange(len(self.partners))).all())

    @property
    def free(self) -> NDArray[np.bool_]:
        """(P,) True where a search may move a parameter: not locked, and no mirror of a locked one."""
        return ~(self.parameters | self.parameters[self.partners])

    def mirror(self, parameters: NDArray[np.float32]) -> NDArray[np.float32]:
        """(..., P) -> the same with equal partners: their mean, or the value of the one that is locked."""
        other = parameters[..., self.partners]
        partner_held = self.parameters[self.partners]
        mean = (parameters + other) / 2
        mixed = np.where(partner_held, other, mean)
        paired = self.partners != np.arange(len(self.partners))
        return np.where(paired & ~self.parameters, mixed, parameters).astype(np.float32)

    def apply(
        self,
        parameters: NDArray[np.float32],
        choices: NDArray[np.uint8],
        current: NDArray[np.float32] | None,
        current_choices: NDArray[np.uint8] | None,
    ) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """What was found, (..., P) and (..., C), with what is held back at `current` (P,) and `current_choices` (C,).

        Raises InputError when something is locked and its current value is not given.
        """
        if (self.parameters.any() and current is None) or (self.choices.any() and current_choices is None):
            raise InputError(
                "Something is locked, but its current values are missing; send all parameters and choices."
            )
        if current is not None:
            parameters = np.where(self.parameters, current, parameters).astype(np.float32)
        if current_choices is not None:
            choices = np.where(self.choices, current_choices, choices).astype(np.uint8)
        return self.mirror(parameters), choices
