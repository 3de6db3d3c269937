"""A copy of a model that another thread may run while the training changes the model itself.

Modules and whatever they hold are copied anew each time, so that a schedule kept in an attribute, or a layer that was exchanged, is in
the copy too; parameters, buffers and other arrays are copied into those of the copy before, so there is never more than one.
"""

from __future__ import annotations

import copy
from functools import partial
from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as every_module
from torch.overrides import TorchFunctionMode
from torch.utils.data import DataLoader, Dataset

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHARED = (Dataset, DataLoader)  # as a LightningModule holds: not part of what it computes, and large


class NotCopied(Exception):
    """A model cannot be run beside the training; the message is a clause that says why."""


class Replica:
    """A model and its head as they were at the last ``refresh``; in the same modes, needing no gradients.

    Raises
    ------
    NotCopied : as ``refresh``.
    """

    def __init__(self, model: nn.Module, head: nn.Module) -> None:
        self._original, self._original_head = model, head
        self._arrays: dict[str, Tensor] = {}  # name -> of the copy
        self.refresh()

    def refresh(self) -> None:
        """Copy the model as it is now; on CUDA this is queued where the caller's work is.

        Raises
        ------
        NotCopied : there is no copy that could stand for it.
        """
        why = _obstacle(self._original)
        if why is not None:
            raise NotCopied(why)
        try:
            with torch.inference_mode(False), torch.no_grad():
                self._copy()
        except Exception as error:  # a lock, an open file, memory: whatever hinders, the training goes on
            raise NotCopied(f"it cannot be copied ({type(error).__name__}: {error})") from error

    def _copy(self) -> None:
        held = (value for module in self._original.modules() for value in vars(module).values())
        memo: dict[int, Any] = {id(value): value for value in held if isinstance(value, _SHARED)}
        for name, tensor in _arrays(self._original):
            before = self._arrays.get(name)
            if before is not None and _alike(before, tensor):
                memo[id(tensor)] = before.copy_(tensor)
        for tensor in _results(self._original):  # deepcopy refuses what has a history
            memo.setdefault(id(tensor), tensor.detach().clone())
        self.model: nn.Module = copy.deepcopy(self._original, memo)
        self.head: nn.Module = memo[id(self._original_head)]
        self._arrays = dict(_arrays(self.model))
        for tensor in self._arrays.values():
            tensor.requires_grad_(False)  # or autocast would keep what is cast of it, for the training too


class Watch(TorchFunctionMode):
    """Tells whether anything that runs reads the arrays of a model; what runs may take another way than without, to about the same end."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self._places = {place for _, tensor in _arrays(model) for place in [_place(tensor)] if place is not None}
        self.touched = False

    def __torch_function__(self, func: Any, types: object, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:  # noqa: ANN401
        kwargs = kwargs or {}
        if not self.touched and func.__name__ != "__get__":  # a shape or a device may be asked for
            self.touched = any(_place(tensor) in self._places for tensor in _tensors([*args, *kwargs.values()]))
        return func(*args, **kwargs)


def _obstacle(model: nn.Module) -> str | None:
    """Tell why a copy could not stand for a model."""
    if every_module._global_forward_hooks or every_module._global_forward_pre_hooks:
        return "a hook on all modules may reach into the training"
    devices = {tensor.device for _, tensor in _arrays(model)}
    if any(device.type not in ("cpu", "cuda") for device in devices) or len({device for device in devices if device.type == "cuda"}) > 1:
        return f"it is on {' and '.join(sorted(map(str, devices)))}, not on one CUDA device or the CPU alone"
    for name, module in model.named_modules():
        where = f"its part {name!r}" if name else "it"
        if hasattr(module, "_orig_mod"):
            return f"{where} is compiled"
        if isinstance(module, torch.jit.ScriptModule):
            return f"{where} is TorchScript"
        if isinstance(module, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            return f"{where} is spread over devices ({type(module).__name__})"
        for hook in [*module._forward_hooks.values(), *module._forward_pre_hooks.values()]:
            if _is_function(hook):
                return f"{where} has a hook ({getattr(hook, '__qualname__', 'a partial function')}), which may reach into the training"
    return None


def _is_function(hook: object) -> bool:
    """Tell functions, of which there is no copy, from methods and callable objects, which are copied with what they belong to."""
    while isinstance(hook, partial):
        hook = hook.func
    return isinstance(hook, (FunctionType, BuiltinFunctionType))


def _arrays(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Name the parameters, buffers and other arrays that modules hold directly."""
    for path, module in model.named_modules():
        for name, value in [*module._parameters.items(), *module._buffers.items(), *vars(module).items()]:
            if isinstance(value, Tensor):
                yield f"{path}.{name}", value


def _results(model: nn.Module) -> Iterator[Tensor]:
    """Find the arrays that came out of a computation, such as features that a module keeps."""
    return (tensor for module in model.modules() for tensor in _tensors(vars(module).values()) if not tensor.is_leaf)


def _tensors(values: Iterable[Any], depth: int = 4) -> Iterator[Tensor]:
    """Find arrays in lists and mappings of some depth: these may hold themselves."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif depth and isinstance(value, (list, tuple, dict)):
            yield from _tensors(value.values() if isinstance(value, dict) else value, depth - 1)


def _alike(one: Tensor, other: Tensor) -> bool:
    """Tell whether an array can be copied into another, and the other be used in its place."""
    return (
        other.is_leaf
        and type(one) is type(other)
        and (one.shape, one.dtype, one.device, one.layout) == (other.shape, other.dtype, other.device, other.layout)
        and (one.layout != torch.strided or (one.stride() == other.stride() and 0 not in one.stride()))  # 0: many elements in one place
    )


def _place(tensor: Tensor) -> tuple[torch.device, int] | None:
    """Tell where an array lies; None where it has no memory, or none that can be told."""
    try:
        address = tensor.untyped_storage().data_ptr()
    except (NotImplementedError, RuntimeError):  # sparse, or not yet made
        return None
    return (tensor.device, address) if address else None
