"""A GPU that is only said to be there: tensors are marked as if they lay on it, and mixing them with others is refused.

Everything is computed on the CPU. What a real GPU would refuse (an operation on tensors of two devices, `numpy()` of
one of its own) is refused here in the same way, so that code for one can be tested where there is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten, tree_map

GPU = torch.device("cuda")
_FOR_ANY = ("_has_compatible_shallow_copy_type",)
_CPU = torch.device("cpu")


def _there(tensor: Tensor) -> bool:
    return getattr(tensor, "_pretend_gpu", False)


def _put(tensor: Tensor, there: bool) -> Tensor:
    tensor._pretend_gpu = there  # type: ignore[attr-defined]
    return tensor


class PretendGpu(TorchFunctionMode):
    """While it is entered, "cuda" is a device; `convolutions` counts those that ran on it and those that did not."""

    def __init__(self) -> None:
        super().__init__()
        self.convolutions: Counter[str] = Counter()

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        name = getattr(func, "__name__", "")
        owner = getattr(func, "__self__", None)
        first = args[0] if args and isinstance(args[0], Tensor) else None
        if name == "__get__" and owner is Tensor.device and first is not None:
            return GPU if _there(first) else _CPU
        if name == "__set__" and owner is Tensor.data and first is not None:
            func(*args)
            _put(first, _there(args[1]))
            return None
        if name in ("to", "cpu", "cuda") and first is not None:
            return self._moved(func, name, first, args[1:], kwargs)
        if name in ("numpy", "__array__") and first is not None and _there(first):
            raise TypeError("can't convert cuda:0 device type tensor to numpy")
        tensors = [leaf for leaf in tree_flatten((args, kwargs))[0] if isinstance(leaf, Tensor)]
        there = self._device_of(name, tensors)
        if "device" in kwargs:
            asked = kwargs.pop("device")
            there = there if asked is None else torch.device(asked).type == "cuda"
        if name == "conv2d":
            self.convolutions["gpu" if there else "cpu"] += 1
        found = func(*args, **kwargs)
        return tree_map(lambda leaf: _put(leaf, there) if isinstance(leaf, Tensor) else leaf, found)

    def _device_of(self, name: str, tensors: list[Tensor]) -> bool:
        there = [tensor for tensor in tensors if _there(tensor)]
        here = [tensor for tensor in tensors if not _there(tensor) and tensor.dim()]
        if name == "copy_":
            return _there(tensors[0])
        index = name in ("__getitem__", "__setitem__") and bool(tensors) and _there(tensors[0])
        if there and here and not index and name not in _FOR_ANY:
            raise RuntimeError(f"Expected all tensors of {name} to be on the same device, but found cuda:0 and cpu!")
        return bool(there)

    def _moved(
        self, func: Callable[..., Any], name: str, tensor: Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Tensor:
        target = {"cpu": False, "cuda": True}.get(name, _there(tensor))
        rest: list[Any] = []
        for value in (*args, kwargs.pop("device", None)):
            if isinstance(value, torch.device | str):
                target = torch.device(value).type == "cuda"
            elif isinstance(value, Tensor):
                target = _there(value)
                rest.append(value.dtype)
            elif isinstance(value, torch.dtype):
                rest.append(value)
        moved = tensor.clone() if name != "to" else func(tensor, *rest, **kwargs) if rest or kwargs else tensor
        if moved is tensor and target != _there(tensor):
            moved = tensor.clone()
        return _put(moved, target)
