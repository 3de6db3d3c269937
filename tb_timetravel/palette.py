"""Class colours for pictures made without a browser; the frontend's ``palette.ts`` holds the same list.

The first ten are Petroff's (arXiv 2107.02270); the others were added one by one, each the farthest from those before it as the eye sees
them normally and with the three kinds of colour blindness (CAM02-UCS, smallest difference 9.9 among the first 20).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# fmt: off
_HEX = (
    "3f90da", "ffa90e", "bd1f01", "94a4a2", "832db6", "a96b59", "e76300", "b9ac70", "717581", "92dadd",
    "873c4b", "3c5a78", "c3b4ff", "f0c3a5", "784bff", "2d78a5", "78b4c3", "c3d269", "9687a5", "5a692d",
    "a50069", "4ba53c", "d27887", "f05aff", "c33ca5", "2d1ef0", "876969", "96c3b4", "d2a596", "a52d87",
    "c396e1", "e1002d", "e14bc3", "a50000", "a59669", "e13c87", "ff87c3", "f0784b", "4bd2e1", "965a4b",
    "874bc3", "960096", "69d22d", "5a4b5a", "69782d", "f0b487", "698769", "b4d2c3", "7896ff", "b4a5ff",
    "d2c3ff", "3c87b4", "789600", "96c35a", "b4005a", "877896", "965ad2", "d25ae1", "005a4b", "87e13c",
    "964b1e", "789696", "00c396", "4b5a69", "875a69", "4bb44b", "e1960f", "2d695a", "4b8778", "ff3c3c",
    "c39687", "961e3c", "e1a5d2", "a5784b", "69a5b4", "1eb4e1", "696978", "5a4be1", "3c6996", "9678c3",
    "c36978", "c34b3c", "87b4b4", "694b1e", "c37896", "7869ff", "4b9687", "00e196", "c33c00", "a5875a",
    "c30f78", "780fd2", "005a96", "2d4b96", "a54b5a", "a5c378", "ff78b4", "d21e87", "e1c3d2", "3c5a3c",
)
# fmt: on


def class_colors(n_classes: int) -> NDArray[np.uint8]:
    """Give every class a colour, (n_classes, 3); they repeat after 100."""
    colors = np.array([[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in _HEX], dtype=np.uint8)
    return colors[np.arange(n_classes) % len(colors)]
