"""From the names that TensorBoard shows to directories, and never anywhere else."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from tensorboard import plugin_util

from tb_timetravel.errors import NotFound, StoreError
from tb_timetravel.serve.event_data import reading_events
from tb_timetravel.store import probe_directory, tags_of
from tb_timetravel.store.files import is_local, join
from tb_timetravel.store.places import absolute
from tb_timetravel.store.projector import embeddings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tensorboard.plugins.base_plugin import TBContext
    from werkzeug.wrappers import Request

_REMEMBERED = 16  # answers per cache
Answer = TypeVar("Answer")


class Asker(NamedTuple):
    """Who asks for which experiment, as a data provider wants to be told."""

    context: Any
    experiment_id: str


def asker_of(request: Request) -> Asker:
    """Tell who asks."""
    return Asker(plugin_util.context(request.environ), plugin_util.experiment_id(request.environ))


class Recent(Generic[Answer]):
    """Answers that are good for a moment, each made by one thread while the others wait for it.

    What took long to make is kept longer, so that listing a slow file system never takes more than a fifth of the time.
    """

    def __init__(self, keep_s: float = 1.0) -> None:
        self._keep_s = keep_s
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, tuple[float, Answer]] = OrderedDict()  # key -> good until, answer

    def get(self, key: str, make: Callable[[], Answer], *, anew: bool = False) -> Answer:
        """Give the answer of this key, made now unless there is one that is still good."""
        with self._lock:
            began = time.monotonic()
            if not anew and key in self._answers and self._answers[key][0] > began:
                return self._answers[key][1]
            answer = make()
            ended = time.monotonic()
            self._answers[key] = ended + max(self._keep_s, 4 * (ended - began)), answer
            self._answers.move_to_end(key)
            if len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
            return answer


class RunLocator:
    """Knows TensorBoard's runs and where each of them lies.

    A run must be one that TensorBoard lists, or a directory with embeddings above one, or the logdir itself; it lies where TensorBoard
    found it, also behind a symbolic link that TensorBoard followed. From there on links are followed only while they stay inside the run
    or the logdir.
    """

    def __init__(self, context: TBContext) -> None:
        self._provider = context.data_provider
        self._multiplexer = context.multiplexer
        self.logdir_as_typed: str = context.logdir or ""
        self._logdir = absolute(self.logdir_as_typed) if context.logdir else ""
        self._runs: Recent[frozenset[str]] = Recent()

    def runs(self, asker: Asker) -> list[str]:
        """List the runs, in order of their names.

        Raises
        ------
        Corrupt : a damaged event file keeps TensorBoard from it.
        """
        return sorted(self._runs.get(asker.experiment_id, lambda: self._list(asker)))

    def _list(self, asker: Asker) -> frozenset[str]:
        if self._provider is None:
            return frozenset()
        with reading_events(f"whole event files below {self.logdir_as_typed}"):
            listed = frozenset(run.run_name for run in self._provider.list_runs(asker.context, experiment_id=asker.experiment_id))
        if not self._logdir or not is_local(self._logdir):
            return listed
        # a directory with no event file of its own is no run to TensorBoard; yet a logdir may hold nothing but a projector's config, and
        # Keras writes one above its runs train and validation
        above = {parent for run in listed if self._is_below(run) for parent in _parents(run)} | {"."}
        return listed | {run for run in above - listed if embeddings_of(self._place(run))}

    def run_directory(self, asker: Asker, run: str) -> str:
        """Name the directory of a run.

        Raises
        ------
        NotFound : TensorBoard knows no such run, or not where it lies.
        """
        is_known = run in self._runs.get(asker.experiment_id, lambda: self._list(asker))
        if not is_known and run not in self._runs.get(asker.experiment_id, lambda: self._list(asker), anew=True):
            raise NotFound(f"TensorBoard knows no run named {run!r}")
        known_path = self._multiplexer.RunPaths().get(run) if self._multiplexer is not None else None
        if known_path:  # the only way to tell with --logdir_spec
            return absolute(known_path)
        if not self._logdir or not self._is_below(run):
            raise NotFound(f"where the run {run!r} lies cannot be told; start TensorBoard with --logdir")
        return self._place(run)

    @staticmethod
    def _is_below(run: str) -> bool:
        return not (".." in run.split("/") or run.startswith("/") or "\0" in run)

    def _place(self, run: str) -> str:
        return self._logdir if run == "." else join(self._logdir, *run.split("/"))

    def tags(self, asker: Asker, run: str) -> list[str]:
        """List the tags of a run's probe sets."""
        return tags_of(self.run_directory(asker, run))

    def has_embeddings(self, asker: Asker, run: str) -> bool:
        """Tell whether a run has embeddings that ``add_embedding`` wrote."""
        return bool(embeddings_of(self.run_directory(asker, run)))

    def probe_directory(self, asker: Asker, run: str, tag: str) -> str:
        """Name the directory of a probe set.

        Raises
        ------
        NotFound : no such run, or it has no such tag.
        StoreError : a link leads out of the run and the logdir.
        """
        run_directory = self.run_directory(asker, run)
        if tag not in tags_of(run_directory):
            raise NotFound(f"the run {run!r} has no probe set named {tag!r}")
        directory = probe_directory(run_directory, tag)
        if is_local(directory) and not any(_is_inside(directory, root) for root in (run_directory, self._logdir) if root):
            raise StoreError(
                f"{directory} leads out of the run and the logdir through a symbolic link, which is not followed; move it here"
            )
        return directory


def _parents(run: str) -> list[str]:
    """Name the directories between a run and the logdir."""
    parts = run.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]


def _is_inside(path: str, root: str) -> bool:
    real = os.path.realpath(root)
    return os.path.commonpath([real, os.path.realpath(path)]) == real
