"""The loops of ``compiled``, on a GPU: kernels in Triton, which comes with torch for CUDA on Linux.

Everywhere else the callers use torch's operators, which say the same and which the tests hold these against. What a kernel saves there
is the launch of each operator for each step, which takes longer than its work, and the intermediate arrays.
"""

from __future__ import annotations

import warnings
from functools import cache
from subprocess import CalledProcessError

import torch


def serve(device: torch.device) -> bool:
    """Tell whether the kernels can be used on a device; import their modules only then."""
    return device.type == "cuda" and _work()


@cache
def _work() -> bool:
    """Try one: Triton may be missing, may find no C compiler, or may not know this GPU."""
    if not torch.cuda.is_available():
        return False
    try:
        import triton

        from tb_timetravel.kernels.distances import smallest
    except ImportError:
        return False
    of_triton = getattr(triton, "TritonError", RuntimeError)  # its early versions have no error of their own
    try:
        smallest(torch.zeros(1, 2, device="cuda"), 1)
    except (of_triton, RuntimeError, OSError, CalledProcessError) as error:  # torch's operators do the same work
        warnings.warn(f"Triton's kernels do not work here ({error}); the fit goes on without them, which takes longer", stacklevel=3)
        return False
    return True
