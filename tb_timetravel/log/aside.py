"""Passes beside the training: on a copy of the model, in another thread, with the numbers that a pass on the model itself would give.

What threads share is left alone, so a pass there may draw no random numbers; whether it does, and whether the copy stands for the model,
is found out by the first one, which runs while the training waits.
"""

from __future__ import annotations

import threading
import warnings
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import torch

from tb_timetravel.log.batches import take_apart
from tb_timetravel.log.calling import call, device_of
from tb_timetravel.log.kept import MOST_KEPT_BYTES, Kept
from tb_timetravel.log.replica import NotCopied, Replica, Watch
from tb_timetravel.log.surroundings import Surroundings, random_states, same_randomness, undisturbed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tb_timetravel.log.batches import Split
    from tb_timetravel.log.capture import Captured, ModelProbe

    Contents = Callable[[Split], Iterable[Any]]

_NOTHING_LEFT = object()


class Aside:
    """Hands out the passes of a probe as work for another thread, at most one at a time."""

    def __init__(self, probe: ModelProbe) -> None:
        self._probe = probe
        self._replica: Replica | None = None  # none before the first pass, and where passes beside the training are impossible
        self._kept = Kept()
        self._stream: torch.cuda.Stream | None = None
        self._free = threading.Semaphore(1)  # the copy, while no pass uses it

    def first(self, *, with_media: bool) -> Captured:
        """Run the first pass, in this thread, and find out whether the later ones can run in another.

        Warns where they cannot, and why.

        Raises
        ------
        InvalidData : as ``ModelProbe.capture``.
        """
        self._replica = None
        try:
            return self._rehearse(with_media=with_media)
        except NotCopied as error:
            why = str(error)
        except Exception as error:  # the model itself may do what its copy cannot, or say better why not
            why = f"a copy of it fails ({type(error).__name__}: {error})"
        captured = self._probe.capture(with_media=with_media)
        self._give_up(why)
        return captured

    def begin(self) -> Callable[[], Captured] | None:
        """Copy the model as it is now; what is returned runs the pass on the copy, in whichever thread calls it.

        Waits while the pass before is still running. None where the pass must run here: on the model itself, by ``ModelProbe.capture``.
        """
        if self._replica is None:
            return None
        self._free.acquire()
        try:
            self._replica.refresh()
            work = partial(self._run, self._replica, self._contents(self._replica), self._copied(), Surroundings.here(self._device()))
        except NotCopied as error:
            self._free.release()
            self._give_up(str(error))
            return None
        except BaseException:
            self._free.release()
            raise
        return work

    def _run(self, replica: Replica, contents: Contents, copied: torch.cuda.Event | None, around: Surroundings) -> Captured:
        def work() -> Captured:
            with self._after(copied):
                replica.model.eval()
                collected = self._probe.collect(replica.model, replica.head, contents, with_media=False, copied=bool(self._kept))
                return self._probe.finish(collected, replica.head)

        try:
            return around.run(work)
        finally:
            self._free.release()

    def _rehearse(self, *, with_media: bool) -> Captured:
        replica, kept = Replica(self._probe.model, self._probe.head), Kept()
        draws = {"the loading of its data": False, "its forward pass": False}

        def contents(split: Split) -> Iterator[Any]:
            batches, before = iter(split.loader), random_states(replica.model)  # the loader's own draw, when it begins, is no harm
            while True:
                content = next(batches, _NOTHING_LEFT)
                loaded = random_states(replica.model)
                draws["the loading of its data"] |= loaded != before
                if content is _NOTHING_LEFT:
                    return
                kept.add(split, content)
                yield content
                before = random_states(replica.model)
                draws["its forward pass"] |= before != loaded

        with undisturbed(replica.model):
            collected = self._probe.collect(replica.model, replica.head, contents, with_media=with_media)
        captured = self._probe.finish(collected, replica.head)
        with undisturbed(replica.model), Watch(self._probe.model) as watch:
            for content in islice(self._probe.splits[0].loader, 1):
                call(replica.model, take_apart(content).inputs)
        if watch.touched:
            raise NotCopied("a copy of it still reads the weights of the model itself, through a function or an object that holds it")
        if draws["its forward pass"]:
            raise NotCopied("its forward pass draws random numbers, which the training draws from, too")
        if draws["the loading of its data"] and not kept:
            raise NotCopied(
                f"loading its data draws random numbers, and these are more than the {MOST_KEPT_BYTES >> 20} MiB that are kept; "
                "give the loader num_workers=1 or more, or watch fewer samples"
            )
        self._replica, self._kept = replica, kept
        self._stream = torch.cuda.Stream(self._device()) if self._device().type == "cuda" else None
        return captured

    def _contents(self, replica: Replica) -> Contents:
        """Open the data here: workers that are forked while other threads draw random numbers may find a lock taken for good."""
        if self._kept:
            return self._kept.of
        with same_randomness(replica.model):
            opened = {split: iter(split.loader) for split in self._probe.splits}
        return opened.__getitem__

    def _copied(self) -> torch.cuda.Event | None:
        """Mark where in the caller's queue the copy is made."""
        if self._stream is None:
            return None
        event = torch.cuda.Event()
        event.record(torch.cuda.current_stream(self._device()))
        return event

    @contextmanager
    def _after(self, copied: torch.cuda.Event | None) -> Iterator[None]:
        """Queue what follows beside the training's work, after the copy, and wait for its end, when the next copy may be made."""
        if self._stream is None or copied is None:
            yield
            return
        with torch.cuda.stream(self._stream):
            self._stream.wait_event(copied)
            try:
                yield
            finally:
                self._stream.synchronize()

    def _device(self) -> torch.device:
        """Find the GPU that the model uses, else where it is."""
        model = self._probe.model
        return next((tensor.device for tensor in [*model.parameters(), *model.buffers()] if tensor.is_cuda), device_of(model))

    def _give_up(self, why: str) -> None:
        self._replica, self._kept = None, Kept()
        warnings.warn(
            f"steps are written in the background, but the training waits for the network's pass over the samples, because {why}",
            stacklevel=4,  # whoever called TimeTravel.log
        )
