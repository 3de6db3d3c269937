"""How a user's model is called: what wraps it taken off, its inputs moved to where it is and handed over as it takes them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tb_timetravel.errors import InvalidData

_INPUT_KEYS = ("inputs", "input", "x", "image", "images", "pixel_values", "data", "text", "texts")


def unwrap(model: Any) -> nn.Module:  # noqa: ANN401  # checked below
    """Take off what wraps a model (DDP, DataParallel, torch.compile): a wrapped forward would wait for the other ranks.

    Raises
    ------
    InvalidData : it is no module, or its parameters are spread over processes.
    """
    while hasattr(model, "_orig_mod") or isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        model = model._orig_mod if hasattr(model, "_orig_mod") else model.module
    if not isinstance(model, nn.Module):
        raise InvalidData(f"expected model as a torch.nn.Module, got {type(model).__name__}; without one, use log_arrays")
    if any(type(module).__name__.startswith(("FSDP", "FullySharded")) for module in model.modules()):
        raise InvalidData(
            "expected a model whose parameters are all here, got one sharded by FSDP; gather the arrays yourself and use log_arrays"
        )
    return model


def device_of(model: nn.Module) -> torch.device:
    """Find where a model is: where its first parameter or buffer is."""
    tensors = [*model.parameters(), *model.buffers()]
    return tensors[0].device if tensors else torch.device("cpu")


def call(model: nn.Module, inputs: object, *, copied: bool = False) -> None:
    """Run a model on a batch's inputs, moved to its device.

    Parameters
    ----------
    copied : hand over copies of arrays, which the model may change in place.
    """
    kinds = {parameter.dtype for parameter in model.parameters() if parameter.is_floating_point()}
    inputs = _moved(inputs, device_of(model), kinds.pop() if len(kinds) == 1 else None, copied=copied)
    if isinstance(inputs, Mapping):
        _call_with_names(model, inputs)
    elif isinstance(inputs, (tuple, list)) and inputs and all(isinstance(part, Tensor) for part in inputs):
        model(*inputs)
    else:
        model(inputs)


def _call_with_names(model: nn.Module, inputs: Mapping[str, Any]) -> None:
    accepted = inspect.signature(model.forward).parameters
    named = {name: value for name, value in inputs.items() if name in accepted}
    if not named and any(parameter.kind is parameter.VAR_KEYWORD for parameter in accepted.values()):
        named = {name: value for name, value in inputs.items() if isinstance(value, Tensor)}
    if named:
        model(**named)
        return
    key = next((key for key in _INPUT_KEYS if key in inputs), None)
    if key is None:
        raise InvalidData(
            f"expected batches with a key that the model's forward takes ({', '.join(accepted)}), got {', '.join(map(str, inputs))}; "
            "name them alike, or let collate_fn make pairs (inputs, targets)"
        )
    model(inputs[key])


def _moved(value: Any, device: torch.device, dtype: torch.dtype | None, *, copied: bool) -> Any:  # noqa: ANN401  # whatever a loader yields
    """Move inputs to where the model is; floating-point inputs get the type of its parameters where these have one."""
    if isinstance(value, Tensor):
        return value.to(device, dtype if value.is_floating_point() else None, non_blocking=True, copy=copied)
    if isinstance(value, Mapping):
        return {name: _moved(part, device, dtype, copied=copied) for name, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [_moved(part, device, dtype, copied=copied) for part in value]
    if copied and isinstance(value, np.ndarray):
        return value.copy()
    return value.to(device) if hasattr(value, "to") else value  # a batch of a library for graphs
