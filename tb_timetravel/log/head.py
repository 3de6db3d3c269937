"""The head of a model: finding it, listening at it, and reading it as one affine map where it is one."""

from __future__ import annotations

import difflib
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from tb_timetravel.errors import InvalidData

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tb_timetravel.log.arrays import Head


def find_head(model: nn.Module, head: object) -> nn.Module:
    """Find a head by its dotted name, or check that a module is a part of the model."""
    modules: dict[str, nn.Module] = dict(model.named_modules())
    if isinstance(head, nn.Module):
        if not any(module is head for module in modules.values()):
            raise InvalidData(
                f"expected head as a part of the model, got a {type(head).__name__} that is not in it; pass model.fc or its name"
            )
        return head
    if not isinstance(head, str):
        raise InvalidData(f"expected head as a module of the model or its name, got {type(head).__name__}; pass model.fc or 'fc'")
    if head not in modules or not head:
        near = difflib.get_close_matches(head, modules, n=5, cutoff=0.3) or [name for name in modules if name][-5:]
        raise InvalidData(f"expected head as the name of a module of the model, got {head!r}; names near it are {', '.join(near)}")
    return modules[head]


def affine(head: nn.Module) -> Head | None:
    """Read a head as weight (c, d) and bias (c,), None where it is more than linear layers."""
    layers = _linear_layers(head)
    if not layers:
        return None
    parts = [_weights(layer) for layer in layers]
    weight, bias = parts[0]
    for next_weight, next_bias in parts[1:]:
        weight, bias = next_weight @ weight, next_weight @ bias + next_bias
    return weight.astype(np.float32), bias.astype(np.float32)


def _linear_layers(module: nn.Module) -> list[nn.Linear] | None:
    module = getattr(module, "_orig_mod", module)
    if isinstance(module, nn.Linear) and type(module).forward is nn.Linear.forward:  # not a subclass that does more
        return [module]
    if isinstance(module, (nn.Identity, nn.Dropout, nn.AlphaDropout)) or (isinstance(module, nn.Flatten) and module.start_dim == 1):
        return []  # in eval mode, and on one vector per sample, these do nothing
    if not isinstance(module, nn.Sequential) or type(module).forward is not nn.Sequential.forward:
        return None
    layers: list[nn.Linear] = []
    for child in module:
        found = _linear_layers(child)
        if found is None:
            return None
        layers += found
    return layers


def _weights(layer: nn.Linear) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    weight = layer.weight.detach().double().cpu().numpy()
    bias = np.zeros(len(weight)) if layer.bias is None else layer.bias.detach().double().cpu().numpy()
    return weight, bias


class HeadTap:
    """Copies what goes into the head and what comes out; its hooks live as long as the context."""

    def __init__(self, head: nn.Module) -> None:
        self._head = head
        self._inputs: list[object] = []
        self._outputs: list[object] = []
        self._stack = ExitStack()

    def __enter__(self) -> HeadTap:
        self._stack.callback(self._head.register_forward_pre_hook(self._take_input, with_kwargs=True).remove)
        self._stack.callback(self._head.register_forward_hook(self._take_output).remove)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _take_input(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._inputs.append(_copy(next(iter([*args, *kwargs.values()]), None)))

    def _take_output(self, _: nn.Module, __: object, output: object) -> None:
        self._outputs.append(_copy(output))

    def take(self) -> tuple[Tensor, Tensor]:
        """Hand over input (b, d) and output (b, c) of the only call since the last time."""
        inputs, outputs, self._inputs, self._outputs = self._inputs, self._outputs, [], []
        if len(inputs) != 1 or len(outputs) != 1:
            raise InvalidData(f"expected the head to run once in a forward pass, it ran {len(inputs)} times; choose a layer that runs once")
        x, logits = inputs[0], outputs[0]
        if not isinstance(x, Tensor) or x.ndim != 2:
            raise InvalidData(
                f"expected one vector per sample into the head, (batch, features), got {_kind(x)}; choose a layer after pooling"
            )
        if not isinstance(logits, Tensor) or logits.ndim not in (1, 2):
            raise InvalidData(
                f"expected logits out of the head, (batch, classes), got {_kind(logits)}; choose the layer that makes the logits"
            )
        return x, logits if logits.ndim == 2 else logits[:, None]


def _copy(value: object) -> object:
    # copied at once, as a layer that works in place may change it; to float32, as numpy has no bfloat16
    return value.detach().to("cpu", torch.float32, copy=True) if isinstance(value, Tensor) else value


def _kind(value: object) -> str:
    return f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
