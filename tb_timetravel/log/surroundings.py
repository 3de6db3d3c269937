"""What a pass finds around it and must leave as it was: modes, random states, autocast; and how another thread comes by the same."""

from __future__ import annotations

import contextvars
import random
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    Result = TypeVar("Result")

_SEED = 0  # of every pass, so that random augmentations are the same at every step


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Run a model for evaluation; modes, random states and the cache of autocast are afterwards as before."""
    modes = [(module, module.training) for module in model.modules()]
    with ExitStack() as stack:
        stack.enter_context(same_randomness(model))
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
def same_randomness(model: nn.Module) -> Iterator[None]:
    """Seed the pass, so that augmentations repeat, and give every generator its state back."""
    backends = _backends(model)
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


def random_states(model: nn.Module) -> tuple[object, ...]:
    """Read the states of the generators that every thread shares; equal as long as nobody draws from them."""
    kind, keys, position, *gauss = np.random.get_state()  # noqa: NPY002  # datasets use the global one
    drawn = [torch.get_rng_state(), *(backend.get_rng_state(*where) for backend, where in _backends(model))]
    return (random.getstate(), kind, np.asarray(keys).tobytes(), position, *gauss, *(state.numpy().tobytes() for state in drawn))


def _backends(model: nn.Module) -> list[tuple[Any, tuple[torch.device, ...]]]:
    """Find the generators of a model's devices besides the CPU's: what keeps them, and how it calls each."""
    devices = {tensor.device for tensor in [*model.parameters(), *model.buffers()] if tensor.device.type not in ("cpu", "meta")}
    return [(getattr(torch, device.type), () if device.type == "mps" else (device,)) for device in devices]


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What torch and Python keep for each thread, as it is where a step is logged, so that a pass in another one gives the same numbers."""

    n_threads: int  # sums are made of as many parts
    autocasts: tuple[tuple[str, torch.dtype], ...]  # (kind of device, type) of those that are on
    default_device: torch.device | None
    cuda_device: int | None
    context: contextvars.Context

    @classmethod
    def here(cls, device: torch.device) -> Surroundings:
        """Look at this thread, for a model on a device."""
        autocasts = tuple((kind, dtype) for kind in dict.fromkeys(("cpu", device.type)) for on, dtype in [_autocast(kind)] if on)
        return cls(
            n_threads=torch.get_num_threads(),
            autocasts=autocasts,
            default_device=torch.get_default_device() if hasattr(torch, "get_default_device") else None,  # torch 2.3 and later
            cuda_device=torch.cuda.current_device() if device.type == "cuda" else None,
            context=contextvars.copy_context(),
        )

    def run(self, work: Callable[[], Result]) -> Result:
        """Do something in this thread as if it were that one."""
        return self.context.run(self._run, work)

    def _run(self, work: Callable[[], Result]) -> Result:
        if torch.get_num_threads() != self.n_threads:
            torch.set_num_threads(self.n_threads)  # of this thread; what later threads begin with is what the training has
        with ExitStack() as stack:
            if self.cuda_device is not None:
                stack.enter_context(torch.cuda.device(self.cuda_device))
            if self.default_device is not None and self.default_device.type != "cpu":
                stack.enter_context(self.default_device)
            for kind, dtype in self.autocasts:
                stack.enter_context(torch.autocast(kind, dtype=dtype))
            stack.enter_context(torch.no_grad())
            return work()


def _autocast(kind: str) -> tuple[bool, torch.dtype]:
    if hasattr(torch, "get_autocast_dtype"):  # torch 2.4 and later
        return torch.is_autocast_enabled(kind), torch.get_autocast_dtype(kind)
    if kind == "cpu":
        return torch.is_autocast_cpu_enabled(), torch.get_autocast_cpu_dtype()
    return torch.is_autocast_enabled(), torch.get_autocast_gpu_dtype()
