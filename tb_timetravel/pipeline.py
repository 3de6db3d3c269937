"""From a probe set on disk to a film on disk: read, fit, measure, draw, write. The only module that sees both files and mathematics."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import torch

from tb_timetravel.errors import FitError
from tb_timetravel.fidelity import jitter, jitter_chance, neighborhood_chance, prediction_agreement, spatial_fidelity, temporal_correlation
from tb_timetravel.fit import Dynamics, Fitted, JointConfig, fit_joint, fit_pca
from tb_timetravel.frame import Frame, Territory, encode_frame, quantise
from tb_timetravel.schema import DEFAULT_METHOD, PREVIEW_METHOD, Film, FilmStep, LoggedStep, MetricInfo, Probe, Scores, TerritoryInfo
from tb_timetravel.store import DynamicsReader, FilmStore, data_fingerprint
from tb_timetravel.territory import draw_territory, shared_extent

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIDELITY_NEIGHBORS = 15  # k of every neighbour measure, as in the literature of the field
GRID_RESOLUTION = 256
_ONE_THREAD_SAMPLES = 5_000  # up to here one thread is as fast as two, and five times as fast beside another busy process
_MIN_LAID_OUT = 30  # a training split smaller than this is no layout; all samples are laid out then

Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class FitOptions:
    """What a user chooses."""

    device: str = "auto"
    seed: int = 0
    start: int | None = None
    end: int | None = None
    every: int = 1


@dataclass(frozen=True, eq=False)
class Source:
    """A probe set that was read, and the steps of it that are fitted."""

    probe: Probe
    steps: list[LoggedStep]
    fingerprint: str  # of all logged steps, so that a film of some of them is not stale while nothing new is logged
    dynamics: Dynamics
    splits: NDArray[np.uint8]

    def rows(self, split: int) -> torch.Tensor:
        """Positions of the samples of a split."""
        return torch.from_numpy(np.flatnonzero(self.splits == split)).to(self.dynamics.device)


def choose_device(name: str) -> torch.device:
    """Take CUDA where there is one, unless told otherwise.

    Raises
    ------
    FitError : CUDA was asked for and there is none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise FitError("expected a CUDA device, torch sees none; use --device cpu, or install a torch built for CUDA")
    return torch.device("cuda" if name == "cuda" or (name == "auto" and torch.cuda.is_available()) else "cpu")


def open_source(reader: DynamicsReader, options: FitOptions) -> Source:
    """Read what is known of a probe set and open the chosen steps.

    Raises
    ------
    FitError : no step is left to fit.
    StoreError : the store cannot be read.
    """
    probe, logged = reader.probe(), reader.steps()
    chosen = [s for s in logged if (options.start is None or s.step >= options.start) and (options.end is None or s.step <= options.end)]
    chosen = chosen[:: options.every]
    if not chosen:
        raise FitError(f"expected logged steps in the chosen range, found none of {len(logged)}; log a step, or widen --start and --end")
    if probe.n_samples < 2:
        raise FitError(f"expected at least 2 samples, got {probe.n_samples}; log more")
    splits = reader.splits(probe)
    train = probe.split_names.index("train") if "train" in probe.split_names else -1
    laid_out = np.flatnonzero(splits == train)
    if len(laid_out) < _MIN_LAID_OUT:
        laid_out = np.arange(probe.n_samples)
    dynamics = Dynamics(
        steps=[reader.read(probe, step) for step in chosen],
        laid_out=laid_out,
        labels=np.array(reader.labels(probe)),
        n_classes=probe.n_classes,
        device=choose_device(options.device),
    )
    return Source(probe, chosen, data_fingerprint(probe, logged), dynamics, splits)


def film_key(source: Source, method: str, settings: Mapping[str, Any]) -> str:
    """Name a film by data, method and settings, in 16 hexadecimal digits."""
    facts = [source.fingerprint, [step.step for step in source.steps], method, settings]
    return hashlib.blake2b(msgspec.json.encode(facts, order="deterministic"), digest_size=8).hexdigest()


class _FilmStages:
    """Results of stages, kept beside the film that they will become."""

    def __init__(self, films: FilmStore, key: str) -> None:
        self._films, self._key = films, key

    def get(self, name: str) -> dict[str, NDArray[Any]] | None:
        return self._films.stage(self._key, name)

    def put(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._films.write_stage(self._key, name, arrays)


def build_film(
    directory: str, options: FitOptions, *, progress: Progress, on_preview: Callable[[str], None], on_key: Callable[[str], None]
) -> Film:
    """Fit a probe set and write its film; a preview by PCA first, so that something plays meanwhile.

    Parameters
    ----------
    progress : called with a stage of ``schema.STAGES`` and how much of it is done; may raise ``FitCancelled``.
    on_preview, on_key : called with the key of the preview once it plays, and with the key that the film will have.

    Raises
    ------
    TimeTravelError : with one sentence; finished stages are kept and used by the next call with the same options.
    """
    source, films = open_source(DynamicsReader(directory), options), FilmStore(directory)
    if source.dynamics.device.type == "cpu" and len(source.dynamics.laid_out) <= _ONE_THREAD_SAMPLES:
        torch.set_num_threads(1)  # this process only fits
    config = JointConfig(seed=options.seed)
    settings = _flat(asdict(config))
    key = film_key(source, DEFAULT_METHOD, settings)
    on_key(key)
    if films.has(key):
        return films.film(key)
    preview_key = film_key(source, PREVIEW_METHOD, {})
    if not films.has(preview_key):
        fitted = fit_pca(source.dynamics, seed=options.seed, report=progress)
        _write(films, source, preview_key, PREVIEW_METHOD, {}, fitted, options, lambda _, done: progress("preview", done), {})
    on_preview(preview_key)
    progress("preview", 1.0)
    clock = _Clock(progress)
    fitted = fit_joint(source.dynamics, config, report=clock, stages=_FilmStages(films, key))
    film = _write(films, source, key, DEFAULT_METHOD, settings, fitted, options, clock, clock.seconds)
    films.remove_stages(key)
    return film


class _Clock:
    """Passes progress on and adds up what each stage took."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._last = progress, time.perf_counter()
        self.seconds: dict[str, float] = {}

    def __call__(self, stage: str, done: float) -> None:
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now
        self._progress(stage, done)


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, int | float | str | bool | None]:
    flat: dict[str, int | float | str | bool | None] = {}
    for name, value in settings.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return flat


def _write(
    films: FilmStore, source: Source, key: str, method: str, settings: dict[str, Any], fitted: Fitted, options: FitOptions,
    progress: Progress, timings: dict[str, float],
) -> Film:  # fmt: skip
    """Draw and measure every step of a fit, and write it all, the film's record last."""
    dynamics, extent, n = source.dynamics, shared_extent(fitted.embedding), len(source.steps)
    predictions, confidences = _predictions(source)
    frames = []
    for t, step in enumerate(source.steps):
        frame = Frame(
            quantise(fitted.embedding[t], extent),
            None if predictions is None else predictions[t],
            None if confidences is None else confidences[t],
            _territory(fitted, extent, t, dynamics.device),
        )
        content = encode_frame(frame)
        frames.append((films.write_frame(key, step.step, content), len(content)))
        films.write_embedding(key, step.step, fitted.embedding[t])
        progress("territory", (t + 1) / n)
    fidelity: list[Scores] = [{} for _ in source.steps]
    whole: Scores = {}
    metrics: tuple[MetricInfo, ...] = ()
    if method != PREVIEW_METHOD:
        fidelity, whole, metrics = _measure(films, source, key, fitted, progress)
        films.write_visualizer(key, fitted.weights)
    if predictions is not None and confidences is not None:
        films.write_history(key, predictions, confidences)
    steps = tuple(
        FilmStep(
            step=step.step,
            frame=frames[t][0],
            bytes=frames[t][1],
            flips=_flips(predictions, t),
            accuracy=_accuracy(source, predictions, t),
            fidelity=fidelity[t],
        )
        for t, step in enumerate(source.steps)
    )
    film = Film(
        film=key,
        method=method,
        settings=settings,
        fingerprint=source.fingerprint,
        seed=options.seed,
        device=dynamics.device.type,
        created_at=time.time(),
        extent=extent,
        grid_resolution=0 if fitted.head is None else GRID_RESOLUTION,
        territory=_territory_info(source, fitted),
        metrics=metrics,
        fidelity=whole,
        timings_s=dict(timings),
        steps=steps,
    )
    films.write_film(film)
    return film


def _predictions(source: Source) -> tuple[NDArray[Any], NDArray[np.uint8]] | tuple[None, None]:
    """Predicted class and 255 · confidence at every step, (n_steps, n_samples) each."""
    logits = source.dynamics.logits
    if logits is None:
        return None, None
    kind = np.uint8 if source.probe.n_classes <= 256 else np.uint16
    confidence = (logits.softmax(2).amax(2) * 255.0).round().to(torch.uint8)
    return logits.argmax(2).cpu().numpy().astype(kind), confidence.cpu().numpy()


def _territory(fitted: Fitted, extent: tuple[float, float, float, float], t: int, device: torch.device) -> Territory | None:
    if fitted.head is None:
        return None
    return draw_territory(lambda cells: fitted.decoded_logits(cells, t), extent, resolution=GRID_RESOLUTION, device=device)


def _territory_info(source: Source, fitted: Fitted) -> TerritoryInfo:
    """Say where the territories come from; for a surrogate, on what share of the samples it agrees with what it learned."""
    head, dynamics = fitted.head, source.dynamics
    if head is None:
        return TerritoryInfo(source="none")
    if head.source == "head":
        return TerritoryInfo(source="head", agreement=1.0)
    labels = torch.from_numpy(dynamics.labels).to(dynamics.device).long()
    shares = []
    for t in range(dynamics.n_steps):
        at = torch.tensor([t], device=dynamics.device)
        drawn = head.logits(dynamics.representations(t)[None], at)[0].argmax(1)
        wanted = labels if dynamics.predictions is None else dynamics.predictions[t]
        known = wanted >= 0
        shares.append(float((drawn[known] == wanted[known]).float().mean()))
    return TerritoryInfo(source="surrogate" if head.source == "surrogate" else "labels", agreement=float(np.mean(shares)))


def _flips(predictions: NDArray[Any] | None, t: int) -> int:
    return 0 if predictions is None or t == 0 else int((predictions[t] != predictions[t - 1]).sum())


def _accuracy(source: Source, predictions: NDArray[Any] | None, t: int) -> dict[str, float | None]:
    accuracy: dict[str, float | None] = {}
    for number, name in enumerate(source.probe.split_names):
        known = (source.splits == number) & (source.dynamics.labels >= 0)
        right = None if predictions is None or not known.any() else predictions[t][known] == source.dynamics.labels[known]
        accuracy[name] = None if right is None else float(right.mean())
    return accuracy


def _measure(
    films: FilmStore, source: Source, key: str, fitted: Fitted, progress: Progress
) -> tuple[list[Scores], Scores, tuple[MetricInfo, ...]]:
    """Measure every step and the whole film, per split, and write each sample's values."""
    dynamics, device = source.dynamics, source.dynamics.device
    z = torch.from_numpy(fitted.embedding).to(device)
    splits = {name: source.rows(number) for number, name in enumerate(source.probe.split_names) if bool((source.splits == number).any())}
    steps: list[Scores] = []
    moved_x, moved_z = [], []
    agreement_chance: dict[str, list[float]] = {name: [] for name in splits}
    before: torch.Tensor | None = None
    for t, step in enumerate(source.steps):
        x = dynamics.representations(t)
        values = torch.full((dynamics.n_samples, 4), torch.nan, device=device)
        for rows in splits.values():
            k = min(FIDELITY_NEIGHBORS, (len(rows) - 1) // 2)
            if k > 0:
                spatial = spatial_fidelity(x[rows], z[t, rows], n_neighbors=k)
                values[rows, :3] = torch.stack([spatial.neighborhood_preservation, spatial.trustworthiness, spatial.continuity], 1)
        if dynamics.logits is not None and fitted.head is not None:
            drawn = fitted.decoded_logits(z[t], t)
            values[:, 3] = prediction_agreement(drawn, dynamics.logits[t])
            for name, rows in splits.items():
                agreement_chance[name].append(_chance_agreement(drawn[rows].argmax(1), dynamics.logits[t][rows].argmax(1)))
        scores: Scores = {
            metric: {name: _mean(values[rows, column]) for name, rows in splits.items()}
            for column, metric in enumerate(("neighborhood_preservation", "trustworthiness", "continuity", "prediction_agreement"))
        }
        if before is not None:
            moved_x.append((x - before).norm(dim=1))
            moved_z.append((z[t] - z[t - 1]).norm(dim=1))
        last = None if before is None else (moved_x[-1], moved_z[-1])
        scores["temporal_correlation"] = {
            n: None if last is None else temporal_correlation(last[0][r], last[1][r]) for n, r in splits.items()
        }
        scores["jitter"] = {n: None if last is None else jitter(last[0][r], z[t - 1, r], z[t, r]) for n, r in splits.items()}
        steps.append(scores)
        films.write_sample_fidelity(key, step.step, values.cpu().numpy().astype(np.float16))
        before = x
        progress("fidelity", (t + 1) / len(source.steps))
    whole: Scores = {"temporal_correlation": {}, "jitter": {}}
    for metric in steps[0]:
        whole[metric] = {name: _mean_known([scores[metric][name] for scores in steps]) for name in splits}
    if moved_x:
        all_x, all_z = torch.stack(moved_x), torch.stack(moved_z)
        whole["temporal_correlation"] = {name: temporal_correlation(all_x[:, rows], all_z[:, rows]) for name, rows in splits.items()}
    chance_jitter: dict[str, float | None] = {name: jitter_chance(z[-1, rows]) for name, rows in splits.items()}
    return steps, whole, _metric_infos(splits, agreement_chance, chance_jitter)


def _mean(values: torch.Tensor) -> float | None:
    return None if bool(values.isnan().any()) else float(values.mean())


def _mean_known(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _chance_agreement(drawn: torch.Tensor, predicted: torch.Tensor) -> float:
    """Compute the agreement expected when the drawn classes are dealt to the samples at random."""
    n = len(drawn)
    size = int(max(drawn.max(), predicted.max())) + 1
    return float((torch.bincount(drawn, minlength=size) / n * torch.bincount(predicted, minlength=size) / n).sum())


def _metric_infos(
    splits: Mapping[str, torch.Tensor], agreement: Mapping[str, list[float]], jitters: dict[str, float | None]
) -> tuple[MetricInfo, ...]:
    k = FIDELITY_NEIGHBORS
    kept: dict[str, float | None] = {
        name: neighborhood_chance(len(rows), min(k, (len(rows) - 1) // 2)) if len(rows) > 2 else None for name, rows in splits.items()
    }
    half: dict[str, float | None] = dict.fromkeys(splits, 0.5)
    zero: dict[str, float | None] = dict.fromkeys(splits, 0.0)
    agree: dict[str, float | None] = {name: float(np.mean(values)) if values else None for name, values in agreement.items()}
    share = (0.0, 1.0)
    texts = (
        (
            "neighborhood_preservation",
            "Neighbors kept",
            share,
            kept,
            f"Share of a sample's {k} nearest others that are nearest in the picture too.",
        ),
        (
            "trustworthiness",
            "Trustworthiness",
            share,
            half,
            "How far neighbors in the picture are neighbors in the representation; full ranks.",
        ),
        ("continuity", "Continuity", share, half, "How far neighbors in the representation are neighbors in the picture; full ranks."),
        (
            "prediction_agreement",
            "Prediction agreement",
            share,
            agree,
            "Share of samples that lie in the territory of the model's prediction.",
        ),
        (
            "temporal_correlation",
            "Temporal correlation",
            (-1.0, 1.0),
            zero,
            "Rank correlation of moves in the representation and in the picture.",
        ),
        ("jitter", "Jitter", (0.0, None), jitters, "Moves of samples that rested in the model, as a share of the picture's radius."),
    )
    return tuple(
        MetricInfo(
            metric=metric,
            label=label,
            description=text,
            range=bounds,
            better="lower" if metric == "jitter" else "higher",
            scope="both",
            n_neighbors=k if metric in ("neighborhood_preservation", "trustworthiness", "continuity") else None,
            chance=chance,
        )
        for metric, label, bounds, chance, text in texts
    )
