"""Checkpoints beside a projector's config, each of their files damaged in turn: refused in a sentence, or read."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tb_timetravel.errors import StoreError
from tests.store.projector.embeddings import CHECKPOINTS, read_all, reader_of
from tests.untrusted.damage import damaged

if TYPE_CHECKING:
    from random import Random

    import pytest

N_EXAMPLES = int(os.environ.get("TT_FUZZ_EXAMPLES", "200"))  # `make fuzz` takes more
RUNS = [("object", "embedding"), ("keras", "layer_with_weights-0/embeddings"), ("saver", "words")]


@settings(max_examples=N_EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False), run=st.sampled_from(RUNS))
def test_a_damaged_checkpoint_is_refused_in_a_sentence_or_read(
    tmp_path_factory: pytest.TempPathFactory, random: Random, run: tuple[str, str]
):
    root = tmp_path_factory.getbasetemp() / "damaged"
    shutil.copytree(CHECKPOINTS / run[0], root / run[0], dirs_exist_ok=True)
    path = random.choice(sorted(path for path in (root / run[0]).rglob("*") if path.suffix != ".npy" and path.is_file()))
    path.write_bytes(damaged(path.name, path.read_bytes(), random))
    with contextlib.suppress(StoreError):
        assert all(np.isfinite(x).all() for x in read_all(reader_of(root / run[0], run[1])).values())
