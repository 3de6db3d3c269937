"""One pass of the data through the user's model, which leaves no trace in it.

The representation of a sample is what goes into the head, its logits are what comes out. Both are copied by hooks that live only
during the pass; modes, gradients and random states are afterwards what they were.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from tb_timetravel.errors import InvalidData
from tb_timetravel.log.arrays import Head, reproduces
from tb_timetravel.log.batches import Batch, MediaCollector, split_data, take_apart
from tb_timetravel.log.head import HeadTap, affine, find_head
from tb_timetravel.log.media import NO_PAGES
from tb_timetravel.log.samples import Facts, label_array
from tb_timetravel.log.targets import target_columns, target_matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from tb_timetravel.schema import Task

_SEED = 0  # of every pass, so that random augmentations are the same at every step
_INPUT_KEYS = ("inputs", "input", "x", "image", "images", "pixel_values", "data", "text", "texts")


@dataclass(frozen=True, eq=False)
class Captured:
    """What a pass found: representations (n, d), logits (n, c), the head where it is affine, and what is known of the samples.

    In a regression predictions (n, n_targets) stand in place of the logits, and there is no head.
    """

    representations: NDArray[np.float32]
    logits: NDArray[np.float32]
    head: Head | None
    facts: Facts


class ModelProbe:
    """A model, its head, and the data on which it is watched.

    Parameters
    ----------
    model : any wrapper (DDP, DataParallel, torch.compile) is taken off: a wrapped forward would wait for the other ranks.
    head : the last layers, as a module of the model or its dotted name.
    data : a DataLoader, a dataset, or a mapping from the name of a split to either.
    task : whether the head's outputs are logits, or predictions of the targets.
    """

    def __init__(self, model: object, head: object, data: object, *, task: Task = "classification") -> None:
        self._model = _unwrap(model)
        self._head = find_head(self._model, head)
        self._splits = split_data(data)
        self._read_targets = _labels if task == "classification" else _numbers
        self._targets: NDArray[Any] | None = None  # of the first pass

    def capture(self, *, with_media: bool) -> Captured:
        """Run the data through the model.

        Raises
        ------
        InvalidData : the head is not one vector in, one vector out per sample, or the labels are not those of the first pass.
        """
        collector = _Collector(MediaCollector() if with_media else None, self._read_targets)
        with _undisturbed(self._model), HeadTap(self._head) as tap:
            for split in self._splits:
                before = collector.n_samples
                for content in split.loader:
                    batch = take_apart(content)
                    _call(self._model, batch.inputs)
                    collector.add(batch, *tap.take())
                found = collector.n_samples - before
                if split.ids is not None and found != len(split.ids):
                    raise InvalidData(
                        f"expected {len(split.ids)} samples in split {split.name!r}, got {found}; collate_fn must keep every sample"
                    )
                ids = np.arange(found) if split.ids is None else split.ids
                collector.end_split(split.name, ids)
        return self._finish(collector)

    def _finish(self, collector: _Collector) -> Captured:
        if not collector.n_samples:
            raise InvalidData("expected data with at least one sample, got none; look at the loader's dataset")
        targets = collector.targets()
        if self._targets is None:
            self._targets = targets
        elif not np.array_equal(self._targets, targets, equal_nan=targets.dtype.kind == "f"):
            what = "targets" if targets.dtype.kind == "f" else "labels"
            raise InvalidData(
                f"expected the same {what} in the same order as at the first step, got others; the data must not change or shuffle"
            )
        representations, logits = collector.arrays()
        pages = (collector.media.finish() if collector.media is not None else None) or NO_PAGES
        ids, splits = np.concatenate(collector.ids), tuple(collector.split_names)
        if targets.ndim == 2:
            facts = Facts(ids=ids, splits=splits, pages=pages, targets=target_columns(targets))
            return Captured(representations, logits, None, facts)
        head = affine(self._head)
        if head is not None and not (len(head[1]) == logits.shape[1] and reproduces(head, representations, logits)):
            head = None  # a hook or an adapter changes what the weights say
        facts = Facts(labels=targets, ids=ids, splits=splits, class_names=self._class_names(logits.shape[1]), pages=pages)
        return Captured(representations, logits, head, facts)

    def _class_names(self, n_logits: int) -> tuple[str, ...] | None:
        names = self._splits[0].class_names  # as the dataset tells them; of no use where the model has other classes
        return names if names is not None and len(names) == max(2, n_logits) else None


class _Collector:
    """Gathers the batches of a pass."""

    def __init__(self, media: MediaCollector | None, read_targets: Callable[[object, int, int], NDArray[Any]]) -> None:
        self.media, self._read_targets = media, read_targets
        self.n_samples = 0
        self.ids: list[NDArray[np.int64]] = []
        self.split_names: list[str] = []
        self._pairs: list[tuple[Tensor, Tensor]] = []
        self._targets: list[NDArray[Any]] = []

    def add(self, batch: Batch, x: Tensor, logits: Tensor) -> None:
        targets = self._read_targets(batch.targets, len(x), logits.shape[1])
        if len(targets) != len(x) or len(logits) != len(x):
            what = "label" if targets.ndim == 1 else "target"
            raise InvalidData(
                f"expected one vector per sample into the head, got {len(x)} in and {len(logits)} out for {len(targets)} {what}s; "
                f"choose a layer after pooling, or give every sample one {what}"
            )
        self._pairs.append((x, logits))
        self._targets.append(targets)
        self.n_samples += len(x)
        if self.media is not None:
            self.media.add(batch.inputs)

    def end_split(self, name: str, ids: NDArray[np.int64]) -> None:
        self.ids.append(ids)
        self.split_names += [name] * len(ids)

    def targets(self) -> NDArray[Any]:
        return np.concatenate(self._targets)

    def arrays(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        x, logits = (torch.cat(parts).numpy() for parts in zip(*self._pairs, strict=True))
        return x, logits


def _labels(targets: object, n: int, _: int) -> NDArray[np.int64]:
    return np.full(n, -1) if targets is None else label_array(targets)


def _numbers(targets: object, n: int, n_outputs: int) -> NDArray[np.float64]:
    return np.full((n, n_outputs), np.nan) if targets is None else target_matrix(targets)


def _unwrap(model: Any) -> nn.Module:  # noqa: ANN401  # checked below
    while hasattr(model, "_orig_mod") or isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        model = model._orig_mod if hasattr(model, "_orig_mod") else model.module
    if not isinstance(model, nn.Module):
        raise InvalidData(f"expected model as a torch.nn.Module, got {type(model).__name__}; without one, use log_arrays")
    if any(type(module).__name__.startswith(("FSDP", "FullySharded")) for module in model.modules()):
        raise InvalidData(
            "expected a model whose parameters are all here, got one sharded by FSDP; gather the arrays yourself and use log_arrays"
        )
    return model


def _call(model: nn.Module, inputs: object) -> None:
    tensors = [*model.parameters(), *model.buffers()]
    device = tensors[0].device if tensors else torch.device("cpu")
    kinds = {parameter.dtype for parameter in model.parameters() if parameter.is_floating_point()}
    inputs = _moved(inputs, device, kinds.pop() if len(kinds) == 1 else None)
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


def _moved(value: Any, device: torch.device, dtype: torch.dtype | None) -> Any:  # noqa: ANN401  # whatever a loader yields
    """Move inputs to where the model is; floating-point inputs get the type of its parameters where these have one."""
    if isinstance(value, Tensor):
        return value.to(device, dtype if value.is_floating_point() else None, non_blocking=True)
    if isinstance(value, Mapping):
        return {name: _moved(part, device, dtype) for name, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [_moved(part, device, dtype) for part in value]
    return value.to(device) if hasattr(value, "to") else value  # a batch of a library for graphs


@contextmanager
def _undisturbed(model: nn.Module) -> Iterator[None]:
    """Run a model for evaluation; modes, random states and the cache of autocast are afterwards as before."""
    modes = [(module, module.training) for module in model.modules()]
    with ExitStack() as stack:
        stack.enter_context(_same_randomness(model))
        stack.enter_context(torch.no_grad())  # inference_mode would taint what a layer caches for the training
        compiled = any(hasattr(module, "_orig_mod") or getattr(module, "_compiled_call_impl", None) for module in model.modules())
        if compiled and hasattr(torch.compiler, "set_stance"):  # torch 2.6 and later
            stack.enter_context(torch.compiler.set_stance("force_eager"))  # hooks and modes of a single pass are not worth compiling for
        # weights cast without gradients must not be met by the training, as they would be where torch caches them regardless
        stack.callback(torch.clear_autocast_cache)
        try:
            model.eval()
            yield
        finally:
            for module, mode in modes:
                module.training = mode  # not train(): each submodule has a mode of its own


@contextmanager
def _same_randomness(model: nn.Module) -> Iterator[None]:
    """Seed the pass, so that augmentations repeat, and give every generator its state back."""
    devices = {tensor.device for tensor in [*model.parameters(), *model.buffers()]}
    backends = [
        (getattr(torch, device.type), () if device.type == "mps" else (device,)) for device in devices if device.type not in ("cpu", "meta")
    ]
    states = [backend.get_rng_state(*where) for backend, where in backends]
    python, arrays, cpu = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002  # datasets use the global one
    try:
        random.seed(_SEED)
        np.random.seed(_SEED)  # noqa: NPY002  # as above
        torch.default_generator.manual_seed(_SEED)
        yield
    finally:
        random.setstate(python)
        np.random.set_state(arrays)  # noqa: NPY002  # as above
        torch.set_rng_state(cpu)
        for (backend, where), state in zip(backends, states, strict=True):
            backend.set_rng_state(state, *where)
