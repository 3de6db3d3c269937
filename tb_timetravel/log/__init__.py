"""Logging, beside the training: two lines write what every sample looks like inside the model, epoch after epoch.

``recorder`` is what users call; ``arrays`` checks a step, ``samples`` and ``media`` what is known of the samples, ``marker`` tells
TensorBoard. ``capture`` and ``batches`` run the model and are the only modules here that import torch.
"""

from __future__ import annotations

from tb_timetravel.log.recorder import TimeTravel

__all__ = ["TimeTravel"]
