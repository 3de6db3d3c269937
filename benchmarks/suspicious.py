"""Measure how well wrong labels are found: precision among the samples that are ranked first, before and after feedback.

    python benchmarks/suspicious.py --seeds 0 1 2 3 4

A share of the training labels of digits and of the hard problem is given another class, a network is trained on them and logged, and the
logged training split is ranked as it is. Missing runs are trained first. ``pip install cleanlab`` for its rows.
"""

from __future__ import annotations

import argparse
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from report import NOT_MEASURED, machine, spread, table, versions, write_section
from runs import noisy_digits_run, noisy_hard_run, probe_of

from tb_timetravel.insight import Evidence, order_of, read_insight, rerank, suspicion
from tb_timetravel.insight.measures import margin, softmax
from tb_timetravel.insight.suspicion import RANKED_BY
from tb_timetravel.store import DynamicsReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

_RESULTS = Path(__file__).parent / "RESULTS.md"
_TITLE = "Suspicious labels"
_ROUNDS, _SHOWN, _WRONG = 3, 10, 0.1
_EPOCHS, _LONG_EPOCHS, _STEPS, _LONG_STEPS = 30, 100, 20, 61
_TRAIN, _FEATURES = 4_000, 64  # of the hard problem
_SHARES = (0.05, 0.1, 0.2)
DEFAULT = "**default: final loss + held-out probe + neighbors**"


@dataclass(frozen=True, eq=False)
class Ranked:
    """A run's training split: what is known of it, candidates of a ranking (n,), and which labels are wrong (n,)."""

    evidence: Evidence
    candidates: Mapping[str, NDArray[Any] | None]
    is_wrong: NDArray[np.bool_]


def settings(folder: Path) -> Iterator[tuple[str, Callable[[int], str], int]]:
    """Name the settings, how the run of a seed is made, and how many seeds there are at most."""
    for noise in _SHARES:
        yield f"digits, {noise:.0%}", lambda seed, noise=noise: noisy_digits_run(folder, epochs=_EPOCHS, noise=noise, seed=seed), 5
    for noise in _SHARES:
        yield f"hard, {noise:.0%}", lambda seed, noise=noise: _hard(folder, _STEPS, noise, seed), 5
    yield "digits, 10%, 100 epochs", lambda seed: noisy_digits_run(folder, epochs=_LONG_EPOCHS, noise=0.1, seed=seed), 3
    yield "hard, 10%, 60 epochs", lambda seed: _hard(folder, _LONG_STEPS, 0.1, seed), 3


def _hard(folder: Path, steps: int, noise: float, seed: int) -> str:
    return noisy_hard_run(folder, train=_TRAIN, features=_FEATURES, steps=steps, noise=noise, seed=seed)


def read_run(run: str) -> Ranked:
    """Read a run's log and rank its training split by every candidate."""
    reader = DynamicsReader(probe_of(Path(run)))
    probe = reader.probe()
    labels, train = np.asarray(reader.labels(probe)), reader.splits(probe) == probe.split_names.index("train")
    found = read_insight(reader)
    columns = {name: values[train] for name, values in found.evidence.columns.items()}
    evidence = Evidence(columns, found.evidence.looks_like[train])
    wrong = np.zeros(probe.n_samples, bool)
    wrong[np.loadtxt(Path(run) / "flipped.txt", dtype=int)] = True
    logits = [reader.logits(probe, step)[train] for step in reader.steps()]
    last, mean = softmax(logits[-1]), np.mean([softmax(each) for each in logits], 0)
    rarity = (columns["rare_position"], columns["rare_velocity"], columns["rare_acceleration"])
    raw_rarity = [values[train] for values in found.rarity]
    candidates: dict[str, NDArray[Any] | None] = {
        "random": np.random.default_rng(0).random(int(train.sum())),
        "margin at the end": -margin(last, labels[train]),
        "final loss": columns["final_loss"],
        "AUM": columns["area_under_margin"],
        "data map: confidence": columns["confidence"],
        "EL2N": columns["el2n"],
        "early margin": columns["early_margin"],
        "neighbors, middle and end": columns["neighbors"],
        "held-out probe, middle and end": columns["held_out"],
        "rarity of position, velocity, acceleration": np.mean(rarity, 0),
        "the same and uncertainty, as DeepDebugger's cold start": np.mean([*raw_rarity, 1.0 - last.max(1)], 0),
        **cleanlab_scores(labels[train], mean / mean.sum(1, keepdims=True)),
        "final loss + AUM": columns["final_loss"] + columns["area_under_margin"],
        "held-out probe + neighbors": columns["held_out"] + columns["neighbors"],
        "AUM + held-out probe + neighbors": columns["area_under_margin"] + columns["held_out"] + columns["neighbors"],
        "AUM + final loss + held-out probe + neighbors": columns["area_under_margin"] + 3.0 * suspicion(evidence),
        DEFAULT: suspicion(evidence),
    }
    return Ranked(evidence, candidates, wrong[train])


def cleanlab_scores(labels: NDArray[np.int32], probabilities: NDArray[np.float32]) -> dict[str, NDArray[Any] | None]:
    """Rank by cleanlab's label quality, of probabilities (n, n_classes) that are the mean over the steps."""
    methods = {"self_confidence": True, "normalized_margin": True, "confidence_weighted_entropy": False}  # whether it can be adjusted
    try:
        rank = importlib.import_module("cleanlab.rank")
    except ImportError:
        return dict.fromkeys(f"cleanlab: {method}" for method in methods)
    return {
        f"cleanlab: {method}": -rank.get_label_quality_scores(labels, probabilities, method=method, adjust_pred_probs=adjusts)
        for method, adjusts in methods.items()
    }


def precisions(order: NDArray[np.int64], is_wrong: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Measure the share of wrong labels among the first 50, the first 100, and as many as there are."""
    first, second, third = (float(is_wrong[order[:count]].mean()) for count in (50, 100, int(is_wrong.sum())))
    return first, second, third


def after_feedback(ranked: Ranked, *, wrong: float, seed: int, ranks_again: bool) -> tuple[float, float, float]:
    """Simulate rounds in which somebody judges the samples that are first, a share of them wrongly."""
    rng = np.random.default_rng(seed)
    verdicts: dict[int, bool] = {}
    scores = suspicion(ranked.evidence)
    for _ in range(_ROUNDS):
        shown = [position for position in order_of(scores).tolist() if position not in verdicts][:_SHOWN]
        verdicts |= {position: bool(ranked.is_wrong[position] ^ (rng.random() < wrong)) for position in shown}
        scores = rerank(ranked.evidence, verdicts) if ranks_again else scores
    return precisions(order_of(scores, verdicts), ranked.is_wrong)


def measure(folder: Path, seeds: list[int]) -> dict[str, list[Ranked]]:
    """Read every run of every setting, trained where it is missing."""
    runs: dict[str, list[Ranked]] = {}
    for name, make, most in settings(folder):
        runs[name] = [read_run(make(seed)) for seed in seeds[:most]]
        print(f"{name}: {len(runs[name])} runs", flush=True)
    return runs


def found_by(name: str, runs: list[Ranked]) -> list[tuple[float, float, float]]:
    """Measure a candidate in every run; nothing where it is not known."""
    known = [(run.candidates[name], run.is_wrong) for run in runs]
    return [precisions(np.argsort(-scores, kind="stable"), wrong) for scores, wrong in known if scores is not None]


def ranking_table(runs: list[Ranked]) -> str:
    """Lay out the candidates of a setting."""
    rows = []
    for name in runs[0].candidates:
        found = found_by(name, runs)
        rows.append([name, *(spread([each[at] for each in found]) if found else NOT_MEASURED for at in range(3))])
    return table(["", "first 50", "first 100", "true count"], rows)


def summary_table(runs: dict[str, list[Ranked]]) -> str:
    """Lay out the candidates over all settings, each setting alike, the best at the true count first."""
    rows = []
    for name in next(iter(runs.values()))[0].candidates:
        means = [np.mean(found, 0) for those in runs.values() if (found := found_by(name, those))]
        rows.append([name, *(f"{value:.3f}" for value in np.mean(means, 0))] if means else [name, *[NOT_MEASURED] * 3])
    return table(["", "first 50", "first 100", "true count"], sorted(rows, key=lambda row: row[3], reverse=True))


def feedback_table(runs: dict[str, list[Ranked]]) -> str:
    """Lay out the default ranking before and after feedback, at the true count and among the first 100."""
    rows = []
    for name, those in runs.items():
        before = [precisions(order_of(suspicion(run.evidence)), run.is_wrong) for run in those]
        ways: list[dict[str, Any]] = [{"wrong": wrong, "ranks_again": again} for wrong in (0.0, _WRONG) for again in (False, True)]
        after = [[after_feedback(run, seed=seed, **way) for seed, run in enumerate(those)] for way in ways]
        for label, at in (("first 100", 1), ("true count", 2)):
            rows.append([f"{name}: {label}", *(spread([each[at] for each in found]) for found in (before, *after))])
    right, some = "judgements right", f"{_WRONG:.0%} wrong"
    return table(
        ["", "before", f"{right}, only set apart", f"{right}, ranked again", f"{some}, only set apart", f"{some}, ranked again"], rows
    )


def body(runs: dict[str, list[Ranked]]) -> str:
    """Write the section."""
    about = (
        f"Share of wrong labels among the training samples that are ranked first, mean ± standard deviation over networks (seeds), by what "
        f"a run logged: digits, 1,437 training samples, {_EPOCHS} epochs of the demo's network; hard, the hard problem with {_TRAIN:,} "
        f"training samples and {_STEPS - 1} epochs, whose network gets about 6 of 10 unseen samples right. The long runs have memorised "
        f"many wrong labels. The default adds up {', '.join(RANKED_BY)}, each of mean 0 and deviation 1; it was chosen on these runs. "
        f"cleanlab ranks the mean over steps of the probabilities that the network itself gave, as a log has no others; it is made for "
        f"those of samples that were held out."
    )
    parts = [about, f"Mean over the settings below:\n\n{summary_table(runs)}"]
    for name, those in runs.items():
        count = f"{int(np.mean([run.is_wrong.sum() for run in those])):,} wrong labels, {len(those)} networks"
        parts.append(f"**{name}** ({count}):\n\n{ranking_table(those)}")
    parts.append(
        f"Feedback, {_ROUNDS} rounds of {_SHOWN} judgements, each of the samples that are first and not judged. *Only set apart*: those "
        f"judged suspicious come first, those judged fine last, the rest stays as it was; *ranked again*: by the ridge model too. What "
        f"comes first is mostly wrong, so judgements of it confirm the ranking: ranking again gains nothing over setting apart here. A "
        f"wrong judgement costs its own sample, and hardly moves the others.\n\n{feedback_table(runs)}"
    )
    return "\n\n".join([*parts, f"{machine()}; {versions()}."])


def main() -> None:
    """Train what is missing, measure, write the section."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks/runs"), help="of the runs")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--results", type=Path, default=_RESULTS, help="the file whose section is written")
    args = parser.parse_args()
    write_section(args.results, _TITLE, body(measure(args.folder, args.seeds)))


if __name__ == "__main__":
    main()
