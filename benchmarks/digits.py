"""Compare the film of a fitted run with openTSNE and umap-learn, each fitted per step on the same representations in this process.

    python benchmarks/digits.py runs/digits        (needs: pip install openTSNE umap-learn)

Prints, per step: neighborhood preservation at 15 (self excluded) of the training split and of the test split (projected, not laid out),
and over all steps the rank correlation of displacements; then the ratio of the film's seconds per step to theirs.
"""

from __future__ import annotations

import argparse
import time
import warnings

import numpy as np
import openTSNE
import torch
import umap

from tb_timetravel.fidelity import spatial_fidelity, temporal_correlation
from tb_timetravel.store import DynamicsReader, FilmStore, find_probes

K = 15


def kept(x: np.ndarray, z: np.ndarray) -> float:
    """Measure the mean neighborhood preservation of positions z of representations x."""
    return float(spatial_fidelity(torch.tensor(x), torch.tensor(z, dtype=torch.float32), n_neighbors=K).neighborhood_preservation.mean())


def tsne(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lay out with openTSNE's defaults and project the test split."""
    fitted = openTSNE.TSNE(random_state=0).fit(train)
    return np.asarray(fitted), np.asarray(fitted.transform(test))


def umap_learn(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lay out with umap-learn's defaults and project the test split."""
    fitted = umap.UMAP(random_state=0).fit(train)
    return fitted.embedding_, fitted.transform(test)


def main() -> None:
    """Fit the rivals, measure everybody, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="directory of a fitted run with a train and a test split")
    parser.add_argument("--every", type=int, default=3, help="compare every n-th step")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    umap.UMAP().fit(np.random.default_rng(0).normal(size=(100, 5)))  # numba compiles outside the clock

    directory = find_probes(args.run)[0].directory
    reader, films = DynamicsReader(directory), FilmStore(directory)
    probe, splits = reader.probe(), reader.splits(reader.probe())
    film = next(film for film in films.films() if not film.is_preview)
    train, test = (np.flatnonzero(splits == probe.split_names.index(name)) for name in ("train", "test"))
    rivals = {"openTSNE": tsne, "umap-learn": umap_learn}
    seconds, places, scores = dict.fromkeys(rivals, 0.0), {name: [] for name in (*rivals, "film")}, {name: [] for name in (*rivals, "film")}
    representations = []
    for step in reader.steps()[:: args.every]:
        x = np.array(reader.read(probe, step).representations, dtype=np.float32)
        representations.append(x[train])
        for name, lay_out in rivals.items():
            began = time.perf_counter()
            z_train, z_test = lay_out(x[train], x[test])
            seconds[name] += time.perf_counter() - began
            places[name].append(z_train)
            scores[name].append((kept(x[train], z_train), kept(x[test], z_test)))
        z = np.array(films.embedding(film.film, step.step, probe.n_samples))
        places["film"].append(z[train])
        scores["film"].append((kept(x[train], z[train]), kept(x[test], z[test])))
        row = "   ".join(f"{name} {scores[name][-1][0]:.3f} / {scores[name][-1][1]:.3f}" for name in scores)
        print(f"step {step.step:3d}   {row}", flush=True)
    per_step = sum(film.timings_s.values()) / len(film.steps)
    moved_x = torch.tensor(np.linalg.norm(np.diff(np.stack(representations), axis=0), axis=2))
    for name in scores:
        mean = np.mean(scores[name], axis=0)
        moved = torch.tensor(np.linalg.norm(np.diff(np.stack(places[name]), axis=0), axis=2))
        correlation = temporal_correlation(moved_x, moved)
        ratio = "" if name == "film" else f"   film's time / its time {per_step / (seconds[name] / len(representations)):.2f}"
        print(f"{name:10s} train {mean[0]:.3f}  test {mean[1]:.3f}  temporal correlation {correlation:.3f}{ratio}")


if __name__ == "__main__":
    main()
