"""The loops of ``compiled``, on a GPU: kernels in Triton, which comes with torch for CUDA on Linux.

Everywhere else the callers use torch's operators, which say the same and which the tests hold these against. What a kernel saves there
is the launch of each operator for each step, which takes longer than its work, and the intermediate arrays.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def serve(device: torch.device) -> bool:
    """Tell whether the kernels can be used on a device; import their modules only then."""
    return device.type == "cuda" and find_spec("triton") is not None
