"""The vocabulary that the training job, the fit and TensorBoard share: what is stored, field by field.

These classes are the JSON files of the store, written and checked by msgspec; arrays lie beside them as ``.npy``. The frontend's
``wire.ts`` mirrors what ``serve/http_api.md`` says of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from typing import Annotated, Any, Literal

import msgspec

from tb_timetravel.errors import InvalidData

PLUGIN_NAME = "timetravel"
FORMAT_VERSION = 1  # raised when an older reader could no longer make sense of what is written
MAX_SAMPLES, MAX_CLASSES = 2**24, 2**16  # of a probe set: what a frame and its two bytes per class can hold
PAGE_SIZE = 1024  # samples in a page of thumbnails or texts
THUMBNAILS_PER_ROW = 32
MAX_COLUMNS = 200  # of a probe set
MAX_COLUMN_NAME, MAX_COLUMN_VALUE = 100, 200  # characters
MAX_KINDS = 100  # different words of a column that is a category
DEFAULT_TAG = "probe"
DEFAULT_METHOD = "joint"
PREVIEW_METHOD = "preview"  # principal components without measures: plays until the film is there
DEFAULT_SPLIT = "all"
Task = Literal["classification", "regression"]
TASKS = ("classification", "regression")

Step = Annotated[int, msgspec.Meta(ge=0, le=999_999_999_999)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]  # of ours, and part of a file's name
SelectionName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]

# metric -> split -> value; None where the value is not defined (no labels, no step before this one, ...)
Scores = dict[str, dict[str, float | None]]


@dataclass(frozen=True, kw_only=True)
class Versioned:
    """Base of every file: a reader refuses a newer version with a sentence."""

    format_version: int = FORMAT_VERSION


def as_plain(value: Any) -> Any:  # noqa: ANN401  # a record, or what stands in one
    """Turn a record into dicts and lists, with every field; msgspec leaves those out that an older file lacks."""
    if is_dataclass(value):
        return {known.name: as_plain(getattr(value, known.name)) for known in fields(value)}
    return [as_plain(part) for part in value] if isinstance(value, tuple) else value


@dataclass(frozen=True, kw_only=True)
class Media:
    """What can be shown of a sample besides its dot; sizes in pixels, 0 unless images."""

    kind: Literal["image", "text", "none"] = "none"
    thumbnail_width: Annotated[int, msgspec.Meta(ge=0, le=256)] = 0
    thumbnail_height: Annotated[int, msgspec.Meta(ge=0, le=256)] = 0


@dataclass(frozen=True, kw_only=True)
class Probe(Versioned):
    """A probe set: the samples that are watched, and all about them that no step changes.

    Row i is the same sample in every array of every step.
    """

    n_samples: Annotated[int, msgspec.Meta(ge=0, le=MAX_SAMPLES)]
    n_features: Count
    n_classes: Annotated[int, msgspec.Meta(ge=0, le=MAX_CLASSES)]  # 0: neither logits nor labels
    class_names: tuple[str, ...]  # n_classes of them
    split_names: tuple[str, ...]  # splits.npy indexes into them
    media: Media
    has_logits: bool
    version: Digest  # of labels, splits, ids, media and columns
    n_columns: Annotated[int, msgspec.Meta(ge=0, le=MAX_COLUMNS)] = 0
    n_targets: Annotated[int, msgspec.Meta(ge=0, le=MAX_COLUMNS)] = 0  # so many of the columns, the first, are what the model predicts
    has_pairs: bool = False  # the column after these tells each sample's partner by its position


@dataclass(frozen=True, kw_only=True)
class ColumnInfo:
    """A column of the samples: what it is called, and what its values are."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_COLUMN_NAME)]
    kind: Literal["number", "category", "text"]
    kinds: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=MAX_COLUMN_VALUE)], ...], msgspec.Meta(max_length=MAX_KINDS)] = ()
    low: float | None = None  # least and greatest number; None where there is none
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Columns(Versioned):
    """The columns of a probe set, in the order in which they were given."""

    columns: Annotated[tuple[ColumnInfo, ...], msgspec.Meta(max_length=MAX_COLUMNS)]


@dataclass(frozen=True, kw_only=True)
class StepRecord(Versioned):
    """One logged step; written after its arrays, so that a step exists when its record does."""

    step: Step
    wall_time: float  # seconds since 1970
    dtype: Literal["float32", "float16"]  # of the representations
    has_logits: bool
    has_head: bool  # an affine head: logits = representations @ weight.T + bias
    has_predictions: bool = False  # of the targets


@dataclass(frozen=True, kw_only=True)
class LoggedStep:
    """A step as the directory's listing shows it, without opening a file."""

    step: Step
    revision: int  # a step that is logged again gets the next revision
    digest: Digest  # of the step's arrays


@dataclass(frozen=True, kw_only=True)
class SavedSelection:
    """Samples that somebody gave a name, by their positions."""

    name: SelectionName
    ranges: tuple[tuple[int, int], ...]  # first and last position of neighboring samples, in order and apart
    saved_at: float  # seconds since 1970


@dataclass(frozen=True, kw_only=True)
class SavedSelections(Versioned):
    """All saved selections of a probe set, in order of their names."""

    selections: tuple[SavedSelection, ...]


@dataclass(frozen=True, kw_only=True)
class Verdicts(Versioned):
    """What people said of labels: position of the sample -> whether it is suspicious, in order of the positions."""

    samples: Digest  # the version of the probe set that was judged
    suspicious: tuple[Count, ...]
    fine: tuple[Count, ...]


@dataclass(frozen=True, kw_only=True)
class InsightColumn:
    """A value per sample: the least and the greatest that is finite, None where there is none."""

    name: Name
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class InsightKind:
    """A kind of events: how many samples it happened to at each step."""

    kind: Name
    counts: tuple[Count, ...]


@dataclass(frozen=True, kw_only=True)
class Insight(Versioned):
    """What a log says of each sample, as it was read once; arrays lie beside it."""

    insight: Digest  # key: data, film and how it is read
    fingerprint: Digest  # of the data that was read
    film: Digest | None  # whose events these are; None where they are those of the log alone
    n_samples: Count
    has_labels: bool
    created_at: float  # seconds since 1970
    columns: tuple[InsightColumn, ...]
    evidence: tuple[Name, ...]  # columns of evidence.npy
    steps: tuple[Step, ...]  # of the events
    kinds: tuple[InsightKind, ...]


@dataclass(frozen=True, kw_only=True)
class MetricInfo:
    """What a fidelity metric means, so that whoever draws it need not know."""

    metric: str
    label: str
    description: str
    range: tuple[float | None, float | None]
    better: Literal["higher", "lower"]
    scope: Literal["step", "run", "both"]
    n_neighbors: int | None = None
    chance: dict[str, float | None] = field(default_factory=dict)  # split -> what a picture without any information scores


@dataclass(frozen=True, kw_only=True)
class ValueInfo:
    """A number per sample and step that a film tells: what it is called and means, and the ends of the scale that all steps share."""

    value: str
    label: str
    description: str
    low: float
    high: float
    open_low: bool = False  # values below the scale are drawn as its lower end
    open_high: bool = False


@dataclass(frozen=True, kw_only=True)
class TerritoryInfo:
    """Where the territories come from; agreement is the share of samples classed as the subject model does."""

    source: Literal["head", "surrogate", "labels", "none"]
    agreement: float | None = None


@dataclass(frozen=True, kw_only=True)
class FilmStep:
    """One step of a film."""

    step: Step
    frame: Digest  # of the frame's bytes
    bytes: Count  # of the compressed frame
    flips: Count  # samples whose prediction differs from the step before
    accuracy: dict[str, float | None]  # split -> share of predictions equal to the label
    fidelity: Scores
    scores: Scores = field(default_factory=dict)  # how good the subject model is
    data: Digest | None = None  # of the step's arrays, in a live film: its steps are not all of one moment
    reconstruction_distance: dict[str, float | None] = field(default_factory=dict)  # split -> mean, in units of the representation


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The other film in whose plane a film lies, and how near the same samples lie in both."""

    run: Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]  # as it was called then
    tag: Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
    film: Digest  # its key
    version: Digest  # of its frames
    aligned: Literal["step", "progress"]  # a step was laid beside the same step, or beside the one as far from the first to the last
    n_matched: Count  # samples that both have
    apart: float | None  # mean distance of a sample from itself in the other film, over all steps, as a share of the plane's width
    apart_by_chance: float | None  # the same of different samples, drawn at random


@dataclass(frozen=True, kw_only=True)
class Film(Versioned):
    """A finished fit: all that is constant over time, and the list of its steps."""

    film: Digest  # key: data, method and settings
    method: str
    settings: dict[str, int | float | str | bool | None]
    fingerprint: Digest  # of the data it was fitted on
    seed: int
    device: str
    created_at: float  # seconds since 1970
    extent: tuple[float, float, float, float]  # x_min, x_max, y_min, y_max, shared by all steps
    grid_resolution: Annotated[int, msgspec.Meta(ge=0, le=4096)]
    territory: TerritoryInfo
    metrics: tuple[MetricInfo, ...]
    fidelity: Scores
    steps: Annotated[tuple[FilmStep, ...], msgspec.Meta(min_length=1)]
    timings_s: dict[str, float]  # stage -> seconds, for all steps together
    values: tuple[ValueInfo, ...] = ()
    score_metrics: tuple[MetricInfo, ...] = ()  # what the steps' scores mean
    live: bool = False  # steps are added to it as they are logged, and those that are there stay as they are
    beside: Beside | None = None  # None: its plane is its own

    @property
    def is_preview(self) -> bool:
        """Whether this is the film that plays only until something better is there."""
        return self.method == PREVIEW_METHOD


JobState = Literal["none", "queued", "starting", "running", "finished", "failed", "cancelled", "interrupted"]


@dataclass(frozen=True, kw_only=True)
class MethodInfo:
    """A method of fitting, for whoever chooses one without loading what fits."""

    method: str
    label: str
    summary: str
    stages: dict[str, float]  # what the fit goes through in this order -> about what share of its time that takes
    needs: str | None = None  # a package that is not among this one's own requirements


def _stages(*, graph: float = 0.0, layout: float = 0.0, maps: float = 0.0) -> dict[str, float]:
    """Shares of a method's own stages, between those that every fit has."""
    own = {"graph": graph, "layout": layout, "maps": maps}
    left = 1.0 - sum(own.values())
    return (
        {"preview": 0.2 * left}
        | {stage: share for stage, share in own.items() if share}
        | {"territory": 0.3 * left, "fidelity": 0.5 * left}
    )


METHODS = (
    MethodInfo(
        method=DEFAULT_METHOD,
        label="Joint",
        summary="A free layout of all steps at once, tied in time, with a decoder fitted to it. The default: the most faithful.",
        stages=_stages(graph=0.04, layout=0.5, maps=0.3),
    ),
    MethodInfo(
        method="pca",
        label="PCA",
        summary="One linear map for all steps. The plainest baseline; seconds.",
        stages=_stages(layout=0.3),
    ),
    MethodInfo(
        method="dvi",
        label="DeepVisualInsight",
        summary="A network per step, each trained on from the step before (2022). Smooth, but keeps fewer neighbors than Joint.",
        stages=_stages(maps=0.85),
    ),
    MethodInfo(
        method="timevis",
        label="TimeVis",
        summary="One network for all steps, trained on neighbors in space and in time (2022). Very smooth; single steps lose detail.",
        stages=_stages(graph=0.03, maps=0.82),
    ),
    MethodInfo(
        method="deepdebugger",
        label="DeepDebugger",
        summary="TimeVis in segments that end where the model changed much, each with a network of its own (2023). For long trainings.",
        stages=_stages(graph=0.02, maps=0.83),
    ),
    MethodInfo(
        method="trustvis",
        label="TrustVis",
        summary="Keeps classes apart as the model does, and refits at each step only what changed. Dots that did not change stay put.",
        stages=_stages(maps=0.85),
    ),
    MethodInfo(
        method="umap",
        label="UMAP",
        summary="umap-learn at each step by itself, turned onto the step before. Faithful single pictures, little continuity.",
        stages=_stages(layout=0.25, maps=0.6),
        needs="umap-learn",
    ),
)


def find_method(name: str) -> MethodInfo:
    """Look a method up by name.

    Raises
    ------
    InvalidData : there is no such method.
    """
    for info in METHODS:
        if info.method == name:
            return info
    raise InvalidData(f"expected a method of {', '.join(info.method for info in METHODS)}; got {name[:50]!r}")


@dataclass(frozen=True, kw_only=True)
class StageProgress:
    """How far one stage of a fit is, from 0 to 1."""

    stage: str
    fraction: float


@dataclass(frozen=True, kw_only=True)
class JobStatus(Versioned):
    """What a job is doing, as its process last wrote it."""

    state: JobState = "none"
    position: int | None = None  # in the line of those that wait, from 1; None unless queued
    fraction: float = 0.0  # of the whole job, by expected time
    eta_s: float | None = None
    origin: Literal["tab", "shell"] = "shell"
    error: str | None = None
    last_words: tuple[str, ...] = ()
    started_at: float | None = None
    updated_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class FitStatus(JobStatus):
    """What a fit is doing."""

    method: str | None = None  # None until a fit says by which
    stage: str | None = None
    device: str | None = None
    stages: tuple[StageProgress, ...] = ()
    film: Digest | None = None
    preview: Digest | None = None
    n_followed: Count | None = None  # steps of the live film, while a fit follows a training; None in other fits


@dataclass(frozen=True, kw_only=True)
class InsightStatus(JobStatus):
    """What the reading of a log for insight is doing."""

    insight: Digest | None = None  # key of what it has stored
