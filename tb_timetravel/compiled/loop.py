"""How a loop is compiled, and shared among threads.

Loops that call one another stand in one file: numba's cache of a loop sees changes of its own file alone.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.integer[Any]]

_MIN_ROWS_PER_THREAD = 128

Loop = TypeVar("Loop", bound="Callable[..., Any]")


def as_machine_code(loop: Loop) -> Loop:
    """Compile a loop with numba when it is first called."""
    # sums may be taken in any order, which is what lets the compiler use vectors; what is not finite stays so. The error model of numpy
    # divides without asking for 0, or no loop with a division would be vectorised
    settings: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "arcp", "nsz"}}
    try:
        return cast("Loop", numba.njit(cache=True, **settings)(loop))
    except RuntimeError:  # neither the package's folder nor the user's cache can be written
        return cast("Loop", numba.njit(**settings)(loop))


def over_rows(n: int, work: Callable[[int, int], Any]) -> list[Any]:
    """Do work(low, high) on parts of n rows, in as many threads as torch uses."""
    n_threads = max(1, min(torch.get_num_threads(), n // _MIN_ROWS_PER_THREAD))
    if n_threads == 1:
        return [work(0, n)]
    ends = np.linspace(0, n, n_threads + 1).astype(int).tolist()
    return list(_pool(n_threads).map(work, ends[:-1], ends[1:]))


_pools: dict[int, ThreadPoolExecutor] = {}


def _pool(n_threads: int) -> ThreadPoolExecutor:
    if n_threads not in _pools:
        _pools[n_threads] = ThreadPoolExecutor(n_threads, thread_name_prefix="compiled")
    return _pools[n_threads]


@contextmanager
def as_many_threads_as_torch() -> Iterator[None]:
    """Let libraries that share their loops by numba (NN-descent, umap-learn) take as many threads as torch does, and torch as many after.

    Numba tells OpenMP how many threads there are, which torch asks: a fit that was to take one took all of the machine's ever after, and
    beside another busy process its small operations waited for one another for twenty times as long as they took.
    """
    n_threads = torch.get_num_threads()  # before numba is asked: its answer starts its threads, and tells OpenMP
    before = numba.get_num_threads()
    numba.set_num_threads(min(n_threads, before))
    try:
        yield
    finally:
        numba.set_num_threads(before)
        torch.set_num_threads(n_threads)
