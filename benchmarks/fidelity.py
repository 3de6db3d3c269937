"""Compare films of every method with umap-learn, AlignedUMAP, openTSNE and PCA, fitted on the same representations in the same session.

    python benchmarks/fidelity.py --cache build/benchmarks        (needs: pip install umap-learn openTSNE)

Two runs, each trained anew for every seed: the demo's network on digits, and the hard run (hard_run.py). What a film stored of itself is
read, not measured again; for everybody else the same functions measure positions. A record of each method, run and seed lies in
<cache>/fidelity.jsonl, so a benchmark that was stopped goes on where it was, and --table-only writes the tables again. Records are kept
under the methods' settings, not their code: remove the cache after a change of the code.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from fits import fit_film, fit_uncoupled
from report import NOT_MEASURED, Records, spread, table, write_section
from rivals import RIVALS, warm_up
from runs import digits_run, hard_run
from scores import Picture, agreement_scores, boundaries, spatial_scores, temporal_scores
from summary import COLUMNS, UNCOUPLED, Results, bars

from tb_timetravel.fit import METHODS
from tb_timetravel.pipeline import FitOptions
from tb_timetravel.pipeline.source import Source, open_source
from tb_timetravel.schema import DEFAULT_METHOD, find_method
from tb_timetravel.schema import METHODS as METHOD_INFOS
from tb_timetravel.store import DynamicsReader, FilmStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tb_timetravel.schema import Scores

NOTE = (
    "Measures at 15 neighbors within the split, full ranks, means over steps. Independent layouts are rotated and shifted onto the step "
    "before (orthogonal Procrustes) ahead of every measure of motion. Boundary samples are placed by the method's encoder or transform. "
    "Rivals have no decoder, AlignedUMAP no transform. Seconds per step: of films with territory and measures, of rivals the layout of "
    "the training split alone."
)
STRIDE_NOTE = (
    "Rivals whose steps are independent were fitted at one step in {every}; films and the others are compared with them at these steps, "
    "motion from each to the next, in rows of their own."
)
SPLITS = {"train": "Training split, laid out", "test": "Test split, placed by encoder or transform"}


def view(parts: Sequence[Sequence[Scores]], whole: Scores) -> dict[str, Any]:
    """Join scores of the same steps, later parts over earlier ones."""
    return {
        "steps": [{name: value for scores in step for name, value in scores.items()} for step in zip(*parts, strict=True)],
        "whole": whole,
    }


def measure_film(directory: str, source: Source, name: str, *, seed: int, every: int) -> dict[str, Any]:
    """Fit a film, or read the one that is there; motion from each n-th step to the next is measured, the rest was stored."""
    film = fit_film(directory, name, seed=seed, device=source.dynamics.device.type)
    stored = [step.fidelity for step in film.steps]
    views = {"1": {"steps": stored, "whole": film.fidelity}}
    if every > 1:
        films, chosen = FilmStore(directory), range(0, len(stored), every)
        embedding = np.stack([films.embedding(film.film, film.steps[t].step, source.dynamics.n_samples) for t in chosen])
        steps, whole = temporal_scores(source, Picture(chosen, embedding, None))
        still = [{name: value for name, value in stored[t].items() if name != "territory_flicker"} for t in chosen]
        views[str(every)] = view([still, steps], whole)
    return {"views": views, "seconds_per_step": sum(film.timings_s.values()) / len(film.steps)}


def measure_uncoupled(source: Source, *, seed: int) -> dict[str, Any]:
    """Fit the default without coupling, here, and measure it at every step."""
    fitted, steps = fit_uncoupled(source.dynamics, seed=seed), range(source.dynamics.n_steps)
    boundary_x = boundaries(source, steps)
    picture = Picture(steps, fitted.embedding, [fitted.encode(x, t).cpu().numpy() for t, x in enumerate(boundary_x)])
    moving, whole = temporal_scores(source, picture)
    return {"views": {"1": view([spatial_scores(source, picture, boundary_x), agreement_scores(source, fitted), moving], whole)}}


def measure_rival(source: Source, name: str, *, seed: int, every: int) -> dict[str, Any]:
    """Fit a rival on the training split of every step, or of every n-th if its steps are independent, and measure it."""
    rival, dynamics = RIVALS[name], source.dynamics
    steps = range(0, dynamics.n_steps, every if rival.independent else 1)
    train, test = (source.rows(source.probe.split_names.index(split)).cpu().numpy() for split in ("train", "test"))
    boundary_x = boundaries(source, steps)
    x = [dynamics.representations(t).cpu().numpy() for t in steps]
    unseen = [np.concatenate([own[test], on.cpu().numpy()]) for own, on in zip(x, boundary_x, strict=True)]
    drawn = rival.lay_out([own[train] for own in x], unseen, seed)
    embedding = np.full((len(steps), dynamics.n_samples, 2), np.nan, np.float32)
    embedding[:, train] = drawn.train
    if drawn.unseen is not None:
        embedding[:, test] = np.stack([placed[: len(test)] for placed in drawn.unseen])
    picture = Picture(steps, embedding, None if drawn.unseen is None else [placed[len(test) :] for placed in drawn.unseen])
    still = spatial_scores(source, picture, boundary_x)
    moving, whole = temporal_scores(source, picture)
    views = {str(every if rival.independent else 1): view([still, moving], whole)}
    if every > 1 and not rival.independent:
        some = Picture(steps[::every], embedding[::every], None)
        moving, whole = temporal_scores(source, some)
        views[str(every)] = view([still[::every], moving], whole)
    return {"views": views, "seconds_per_step": drawn.seconds / len(steps)}


def directory_of(args: argparse.Namespace, run: str, seed: int) -> str:
    """Give the directory of a run, trained where it is missing."""
    folder = args.logdir or args.cache / "runs"
    if run == "digits":
        return digits_run(folder, epochs=args.digits_epochs, seed=seed)
    return hard_run(folder, train=args.hard_train, test=args.hard_train // 5, steps=args.hard_steps, seed=seed)


def key_of(args: argparse.Namespace, run: str, seed: int, name: str) -> dict[str, Any]:
    """Name a record: whatever changes what is measured."""
    size = f"{args.digits_epochs} epochs" if run == "digits" else f"{args.hard_train} x {args.hard_steps}"
    config = "" if name in RIVALS else repr(METHODS[DEFAULT_METHOD if name == UNCOUPLED else name].config(seed=seed))
    return {"run": run, "size": size, "seed": seed, "name": name, "every": args.every, "settings": config}


def measure(args: argparse.Namespace, records: Records) -> None:
    """Measure what no record tells yet."""
    if set(args.rivals) - {record["key"]["name"] for record in records.all()}:
        warm_up()
    for run, seed in ((run, seed) for run in args.runs for seed in range(args.seeds)):
        missing = [name for name in names_of(args) if not records.has(key_of(args, run, seed, name))]
        if not missing:
            continue
        directory = directory_of(args, run, seed)
        source = open_source(DynamicsReader(directory), FitOptions())
        for name in missing:
            began = time.perf_counter()
            if name == UNCOUPLED:
                content = measure_uncoupled(source, seed=seed)
            elif name in RIVALS:
                content = measure_rival(source, name, seed=seed, every=args.every)
            else:
                content = measure_film(directory, source, name, seed=seed, every=args.every)
            records.add(key_of(args, run, seed, name), content)
            print(f"\r{run} seed {seed} {name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)


def names_of(args: argparse.Namespace) -> list[str]:
    """Name the methods that are compared, in the order of the table."""
    return [*args.methods, *([UNCOUPLED] if DEFAULT_METHOD in args.methods else []), *args.rivals]


def label_of(name: str) -> str:
    """Name a method for people."""
    if name == UNCOUPLED:
        return f"{find_method(DEFAULT_METHOD).label} without coupling"
    return RIVALS[name].label if name in RIVALS else f"{find_method(name).label} (film)"


def section(results: Results) -> str:
    """Write the tables of a run: each split by itself, then the bars."""
    parts = []
    for split, title in SPLITS.items():
        rows = []
        for name in results.names():
            for stride in results.strides(name):
                values = [spread(results.values(name, measure, split, stride)) for measure in COLUMNS]
                where = "" if stride == 1 else f", every {stride} steps"
                seconds = spread(results.seconds(name), 2) if stride == results.strides(name)[0] else NOT_MEASURED
                rows.append([label_of(name) + where, *values, seconds])
        parts.append(f"{title}:\n\n{table(['', *(measure.label for measure in COLUMNS), 'seconds per step'], rows)}")
    found = bars(results, RIVALS)
    n_met, n_known = sum(bar.met is True for bar in found), sum(bar.met is not None for bar in found)
    parts.append(f"Bars of the default, {n_met} of {n_known} met:\n\n{table(['', 'default', 'wanted', ''], [bar.row() for bar in found])}")
    return "\n".join(parts)


def write_tables(args: argparse.Namespace, records: Records) -> None:
    """Write a section for each run of what the records tell."""
    for run in args.runs:
        keys = [key_of(args, run, seed, name) for name in names_of(args) for seed in range(args.seeds)]
        found = [record for key in keys if (record := records.find(key)) is not None]
        if not found:
            print(f"no records of {run} in {args.cache}; run this without --table-only first")
            continue
        seeds = sorted({record["key"]["seed"] for record in found})
        about = f"Seeds {', '.join(map(str, seeds))}, each with a network of its own: mean ± standard deviation. {NOTE} " + (
            STRIDE_NOTE.format(every=args.every) if args.every > 1 else ""
        )
        facts = "; ".join(", ".join(sorted({record[fact] for record in found})) for fact in ("date", "machine", "versions"))
        body = f"{about.strip()}\n\n{section(Results(found, args.every))}\n{facts}."
        print(f"\n{run}\n\n{body}")
        write_section(args.out, f"Fidelity: {run}, {found[0]['key']['size']}", body)


def main() -> None:
    """Measure, keep, write."""
    films = [info.method for info in METHOD_INFOS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", nargs="+", choices=("digits", "hard"), default=["digits", "hard"])
    parser.add_argument("--methods", nargs="*", choices=films, default=films)
    parser.add_argument("--rivals", nargs="*", choices=list(RIVALS), default=list(RIVALS))
    parser.add_argument("--seeds", type=int, default=3, help="how many")
    parser.add_argument("--every", type=int, default=1, help="fit rivals whose steps are independent at every n-th step")
    parser.add_argument("--digits-epochs", type=int, default=30)
    parser.add_argument("--hard-train", type=int, default=10_000, help="training samples of the hard run; a fifth as many test samples")
    parser.add_argument("--hard-steps", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1, help="of torch; seeded rivals use one")
    parser.add_argument("--cache", type=Path, default=Path("build/benchmarks"), help="folder of records")
    parser.add_argument("--logdir", type=Path, help="folder of the runs and their films (default: runs in the cache)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "RESULTS.md")
    parser.add_argument("--table-only", action="store_true", help="write the tables again from the records")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    records = Records(args.cache, "fidelity")
    if not args.table_only:
        measure(args, records)
    write_tables(args, records)


if __name__ == "__main__":
    main()
