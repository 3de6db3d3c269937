"""The film as a callback of the Trainer of Hugging Face's transformers.

>>> trainer = Trainer(model, args, train_dataset=train, eval_dataset=test)  # doctest: +SKIP
>>> film = TimeTravelCallback({"train": train, "test": test}, head="classifier", trainer=trainer)  # doctest: +SKIP
>>> trainer.add_callback(film)  # doctest: +SKIP
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from torch.utils.data import DataLoader

from tb_timetravel.errors import InvalidData
from tb_timetravel.integrations.moments import Every, check_every, passes
from tb_timetravel.log import TimeTravel
from tb_timetravel.store.files import join

try:
    from transformers import TrainerCallback
    from transformers.integrations import TensorBoardCallback
except ImportError as error:
    raise InvalidData("expected transformers for this callback, found none; run: pip install transformers accelerate") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import nn

    from tb_timetravel.log.recorder import Data

_LABELS = ("label", "labels", "label_ids")


class TimeTravelCallback(TrainerCallback):
    """Logs the film while a Trainer trains: once before the first step, then as ``every`` says.

    A step is numbered by ``state.global_step``, as the Trainer's scalars are. ``trainer.evaluate()`` outside of ``train()`` logs nothing,
    so the best model, loaded at the end, does not replace the last one.

    Parameters
    ----------
    data : the samples to watch, as ``TimeTravel`` takes them. A dataset that comes without a loader is batched by the Trainer's own
        collator, from the columns that the model takes.
    head : the last layers, as a module or by its dotted name in the model, say ``"classifier"``; what goes in must be a vector per sample.
    every : ``"epoch"`` logs at the end of each, ``"evaluation"`` after each evaluation, a number every so many optimizer steps.
    trainer : whose TensorBoard run gets the film.
    directory : a run's directory instead. Without both it is ``timetravel`` below the logging directory that the arguments or
        ``TENSORBOARD_LOGGING_DIR`` name: a run of its own, beside which the tab shows the scalars of the one above.
    options : what ``TimeTravel`` takes besides: class_names (default: those in the model's ``id2label``), tag, dtype, columns,
        images, texts.

    Raises
    ------
    InvalidData : ``every`` is none of these; at the start of training, no directory is known, or as ``TimeTravel``.
    StoreError : the arrays could not be written.
    """

    def __init__(
        self,
        data: Data | Mapping[str, Data],
        *,
        head: nn.Module | str,
        every: Every = "epoch",
        trainer: Any = None,  # noqa: ANN401  # transformers' own
        directory: str | None = None,
        **options: Any,  # noqa: ANN401  # TimeTravel checks them
    ) -> None:
        self._data, self._head, self._options = data, head, options
        self._every = check_every(every)
        self._trainer, self._directory = trainer, directory
        self._film: TimeTravel | None = None
        self._last = 0  # step that was looked at last

    def on_train_begin(self, args: Any, state: Any, control: object, **given: Any) -> None:  # noqa: ANN401, ARG002
        """Open the run and log the model as it is before the first step."""
        self._film = None
        if not state.is_world_process_zero:
            return
        model, loader = given["model"], given["train_dataloader"]
        options = {"class_names": _class_names(model)} | self._options
        data = _batched(self._data, model, loader.collate_fn, args.per_device_eval_batch_size)
        self._film = TimeTravel(self._directory or self._writer(args), model, head=self._head, data=data, **options)
        self._log(state)

    def on_step_end(self, args: object, state: Any, control: object, **_: object) -> None:  # noqa: ANN401, ARG002
        """Log every n optimizer steps."""
        before, self._last = self._last, int(state.global_step)
        if passes(self._every, before, self._last):
            self._log(state)

    def on_epoch_end(self, args: object, state: Any, control: object, **_: object) -> None:  # noqa: ANN401, ARG002
        """Log the end of an epoch."""
        if self._every == "epoch":
            self._log(state)

    def on_evaluate(self, args: object, state: Any, control: object, **_: object) -> None:  # noqa: ANN401, ARG002
        """Log an evaluation within the training."""
        if self._every == "evaluation":
            self._log(state)

    def on_train_end(self, args: object, state: object, control: object, **_: object) -> None:  # noqa: ARG002
        """Close: what is evaluated after the training may be another model."""
        if self._film is not None:
            self._film.flush()
        self._film = None

    def _log(self, state: Any) -> None:  # noqa: ANN401
        self._last = int(state.global_step)
        if self._film is not None:
            self._film.log(self._last)

    def _writer(self, args: Any) -> object:  # noqa: ANN401
        """Find the Trainer's own SummaryWriter: a second event file in its directory would stop its scalars in TensorBoard."""
        for callback in [] if self._trainer is None else self._trainer.callback_handler.callbacks:
            if isinstance(callback, TensorBoardCallback) and callback.tb_writer is not None:
                return callback.tb_writer
        above = getattr(args, "logging_dir", None) or os.environ.get("TENSORBOARD_LOGGING_DIR")  # the first until transformers 5
        if self._trainer is None and above:
            return join(above, "timetravel")
        found = "no trainer and no logging directory" if self._trainer is None else f"one that reports to {args.report_to or 'nothing'}"
        raise InvalidData(
            f"expected a Trainer that reports to TensorBoard, got {found}; "
            "give the callback trainer=trainer and the arguments report_to='tensorboard', or the callback directory='runs/mine'"
        )


def _class_names(model: Any) -> Sequence[str] | None:  # noqa: ANN401  # transformers' models, or any other
    names = getattr(getattr(model, "config", None), "id2label", None) or {}
    if any(names.get(number) in (None, f"LABEL_{number}") for number in range(len(names))):
        return None  # the defaults say no more than the numbers
    return [names[number] for number in range(len(names))] or None


def _batched(data: Any, model: nn.Module, collate: Callable[[Any], Any], batch_size: int) -> Any:  # noqa: ANN401  # TimeTravel checks it
    """Give every dataset a loader that pads as the Trainer does."""
    if isinstance(data, Mapping):
        return {name: _batched(part, model, collate, batch_size) for name, part in data.items()}
    if isinstance(data, DataLoader):
        return data
    accepted = {*inspect.signature(model.forward).parameters, *_LABELS}

    def chosen(items: list[Any]) -> Any:  # noqa: ANN401  # what the collator makes
        named = [{name: value for name, value in item.items() if name in accepted} if isinstance(item, Mapping) else item for item in items]
        return collate(named)

    return DataLoader(data, batch_size=batch_size, collate_fn=chosen)
