"""Territories: the subject model's decision regions, drawn in the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from tb_timetravel.frame import Extent, Territory

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_CELLS_PER_BATCH = 16_384
_ROOM = 0.06  # around the outermost sample, as a share of the extent


def shared_extent(embedding: NDArray[np.float32]) -> Extent:
    """Find the square that holds every sample at every step, (n_steps, n_samples, 2), with some room around."""
    (left, bottom), (right, top) = embedding.min((0, 1)).tolist(), embedding.max((0, 1)).tolist()
    x, y, half = (left + right) / 2.0, (bottom + top) / 2.0, max(right - left, top - bottom) / 2.0 * (1.0 + 2.0 * _ROOM)
    half = half if half > 0.0 else 1.0  # all samples in one place
    return (x - half, x + half, y - half, y + half)


def cell_centers(extent: Extent, resolution: int) -> NDArray[np.float32]:
    """Give the centre of every cell of a grid, (resolution², 2), rows from y_min up, cells from x_min on."""
    unit = (np.arange(resolution) + 0.5) / resolution
    x = extent[0] + (extent[1] - extent[0]) * unit
    y = extent[2] + (extent[3] - extent[2]) * unit
    return np.stack([np.tile(x, resolution), np.repeat(y, resolution)], 1).astype(np.float32)


def draw_territory(
    logits_at: Callable[[torch.Tensor], torch.Tensor], extent: Extent, *, resolution: int, device: torch.device
) -> Territory:
    """Classify every cell of a grid.

    Parameters
    ----------
    logits_at : decodes and classifies positions, (b, 2) -> (b, n_classes).

    Returns
    -------
    Class and margin (top 1 - top 2 probability; of one class alone, 1) of each cell.
    """
    cells = torch.from_numpy(cell_centers(extent, resolution)).to(device)
    classes, margins, n_classes = [], [], 0
    for batch in cells.split(_CELLS_PER_BATCH):
        probability = logits_at(batch).softmax(1)
        n_classes = probability.shape[1]
        top = probability.topk(min(2, n_classes), 1)
        classes.append(top.indices[:, 0])
        margins.append(top.values[:, 0] - top.values[:, 1] if n_classes > 1 else torch.ones(len(batch), device=device))
    shape, kind = (resolution, resolution), np.uint8 if n_classes <= 256 else np.uint16
    margin = (torch.cat(margins).clamp(0.0, 1.0) * 255.0).round().to(torch.uint8)
    return Territory(torch.cat(classes).cpu().numpy().astype(kind).reshape(shape), margin.cpu().numpy().reshape(shape))
