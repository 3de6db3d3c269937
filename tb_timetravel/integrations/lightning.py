"""The film as a callback of PyTorch Lightning, installed as ``lightning`` or as ``pytorch-lightning``.

>>> film = TimeTravelCallback(data=probe_loader, head="fc")  # doctest: +SKIP
>>> Trainer(callbacks=[film], logger=TensorBoardLogger("runs"))  # doctest: +SKIP
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tb_timetravel.errors import InvalidData
from tb_timetravel.integrations.moments import Every, check_every, passes
from tb_timetravel.log import TimeTravel

try:
    if "pytorch_lightning" in sys.modules and "lightning" not in sys.modules:  # both may be installed: the one that is used
        from pytorch_lightning import Callback
    else:
        from lightning.pytorch import Callback
except ImportError:
    try:
        from pytorch_lightning import Callback
    except ImportError as error:
        raise InvalidData("expected PyTorch Lightning for this callback, found none; run: pip install lightning") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import nn

    from tb_timetravel.log.recorder import Data


class TimeTravelCallback(Callback):
    """Logs the film while a Trainer fits: once before the first step, then as ``every`` says.

    A step is numbered by ``trainer.global_step``, the number of optimizer steps taken, as checkpoints are. Sanity checks, ``validate``
    and ``test`` log nothing; neither does ``fast_dev_run``, unless it is given a directory.

    Parameters
    ----------
    data : the samples to watch, as ``TimeTravel`` takes them, or a function without arguments that gives them: it is called when training
        starts, when the data module is set up.
    head : the last layers, as a module or by its dotted name in the LightningModule; ``forward`` must run it once.
    every : ``"epoch"`` logs at the end of each, ``"evaluation"`` after each validation, a number every so many optimizer steps.
    directory : of the run, instead of that of the Trainer's TensorBoardLogger.
    options : what ``TimeTravel`` takes besides: class_names, tag, dtype, columns, images, texts, labels, ids.

    Raises
    ------
    InvalidData : ``every`` is none of these; at the start of training, the Trainer has no TensorBoardLogger, or as ``TimeTravel``.
    StoreError : the arrays could not be written.
    """

    def __init__(
        self,
        data: Data | Mapping[str, Data] | Callable[[], Data | Mapping[str, Data]],
        *,
        head: nn.Module | str,
        every: Every = "epoch",
        directory: str | None = None,
        **options: Any,  # noqa: ANN401  # TimeTravel checks them
    ) -> None:
        super().__init__()
        self._data, self._head, self._options = data, head, options
        self._every = check_every(every)
        self._directory = directory
        self._film: TimeTravel | None = None
        self._last = 0  # step that was looked at last

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:  # noqa: ANN401  # Lightning's own, of either package
        """Open the run and log the model as it is before the first step."""
        self._film = None
        if not trainer.is_global_zero or (trainer.fast_dev_run and self._directory is None):
            return
        data = self._data() if callable(self._data) else self._data
        self._film = TimeTravel(self._directory or _writer(trainer), pl_module, head=self._head, data=data, **self._options)
        self._log(trainer)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: object, batch: object, batch_idx: int) -> None:  # noqa: ANN401, ARG002
        """Log every n optimizer steps."""
        before, self._last = self._last, int(trainer.global_step)
        if passes(self._every, before, self._last):
            self._log(trainer)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ANN401, ARG002
        """Log the end of an epoch."""
        if self._every == "epoch":
            self._log(trainer)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ANN401, ARG002
        """Log an evaluation within the training."""
        if self._every == "evaluation" and not trainer.sanity_checking:
            self._log(trainer)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ANN401, ARG002
        """Close: a validation after the training is none of its steps."""
        if self._film is not None:
            self._film.flush()
        self._film = None

    def _log(self, trainer: Any) -> None:  # noqa: ANN401
        self._last = int(trainer.global_step)
        if self._film is not None:
            self._film.log(self._last)


def _writer(trainer: Any) -> object:  # noqa: ANN401
    """Find the Trainer's own SummaryWriter: a second event file in its directory would stop its scalars in TensorBoard."""
    loaded = (sys.modules.get(f"{name}.loggers") for name in ("lightning.pytorch", "pytorch_lightning"))
    kinds = tuple(module.TensorBoardLogger for module in loaded if module is not None)
    for logger in trainer.loggers:
        if isinstance(logger, kinds):
            return logger.experiment
    found = ", ".join(type(logger).__name__ for logger in trainer.loggers) or "no logger"
    raise InvalidData(f"expected a Trainer with a TensorBoardLogger, got {found}; give it one, or give the callback directory='runs/mine'")
