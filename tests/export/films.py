"""A probe set with its quickest film, under names that would be HTML, script or JSON where nobody looked after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tb_timetravel import TimeTravel
from tb_timetravel.cli import main
from tb_timetravel.export import Source
from tb_timetravel.store import DynamicsReader, FilmStore, probe_directory

if TYPE_CHECKING:
    from pathlib import Path

N_SAMPLES, STEPS = 60, (0, 10, 20, 30)
RUN = "<img src=x onerror=window.hacked=1>"
TAG = "</title><script>window.hacked=2</script>"
CLASSES = ("</script><script>window.hacked=3</script>", "<!-- <script>", "a & b \u2028 \"'")
SPLITS = ("train", "<b onclick=window.hacked=4>test</b>")
COLUMNS = {
    "age": np.where(np.arange(N_SAMPLES) == 5, np.nan, np.arange(N_SAMPLES) / 4),
    "x": ["</script>", "b", None] * 20,
    "file": [f"{i}.png" for i in range(N_SAMPLES)],
    "<i onmouseover=window.hacked=6>": [1764000000.25 + i for i in range(N_SAMPLES)],
}
TEXT = "</script><svg onload=window.hacked=5> number {}"


def log_and_fit(logdir: Path) -> None:
    """Log three classes that drift apart, a tenth without a label, and fit the film by principal components."""
    rng = np.random.default_rng(0)
    kinds = np.arange(N_SAMPLES) % 3
    labels = np.where(np.arange(N_SAMPLES) % 10 == 9, -1, kinds)
    film = TimeTravel(
        str(logdir / RUN),
        labels=labels,
        class_names=CLASSES,
        splits=[SPLITS[i >= 45] for i in range(N_SAMPLES)],
        ids=np.arange(N_SAMPLES) * 7,
        texts=[TEXT.format(i) for i in range(N_SAMPLES)],
        columns=COLUMNS,
        tag=TAG,
    )
    centers, noise = rng.normal(size=(3, 6)), rng.normal(size=(N_SAMPLES, 6))
    for number, step in enumerate(STEPS):
        x = noise * 0.6 + centers[kinds] * number
        film.log_arrays(step, x, head=(centers, -number / 2 * (centers**2).sum(1)))
    assert main(["fit", str(logdir), "--method", "pca", "--device", "cpu"]) == 0


def source_of(logdir: Path) -> Source:
    directory = probe_directory(str(logdir / RUN), TAG)
    reader, films = DynamicsReader(directory), FilmStore(directory)
    film = next(film for film in films.films() if film.method == "pca")
    return Source(run=RUN, tag=TAG, reader=reader, films=films, film=film, probe=reader.probe(), steps=film.steps)
