"""Of the samples that two probe sets have in common, as many as a comparison can afford."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel.errors import InvalidData

if TYPE_CHECKING:
    from tb_timetravel.store import Matched

SEED = 0


def draw(matched: Matched, most: int, *, least: int) -> Matched:
    """Draw at most so many of the matched samples, always the same.

    Raises
    ------
    InvalidData : there are fewer than ``least``.
    """
    if len(matched) < least:
        raise InvalidData(
            f"expected at least {least} samples in common, found {len(matched)}; a sample is common where both runs log its id in "
            "a split of the same name"
        )
    if len(matched) <= most:
        return matched
    return matched.take(np.sort(np.random.default_rng(SEED).choice(len(matched), most, replace=False)))
