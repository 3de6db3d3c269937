"""Whether the decoder brings back what the encoder was given: the representation, the prediction, the confidence."""

from __future__ import annotations

import torch


def prediction_agreement(decoded_logits: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """Tell for each sample whether it lies in the territory of the class that the subject model predicts.

    Parameters
    ----------
    decoded_logits, logits : (n, n_classes), of the decoded position and of the sample itself.

    Returns
    -------
    (n,) 1.0 or 0.0; the mean is the share that agrees, in [0, 1], higher is better.
    """
    return (decoded_logits.argmax(1) == logits.argmax(1)).to(torch.float32)


def confidence_deviation(decoded_logits: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """Measure how far the drawn confidence in the predicted class is from the model's, (n,) in [0, 1], lower is better.

    |p_c(decoded) - p_c| with p = softmax(logits) and c the class that the model predicts (DeepVisualInsight's confidence difference).

    Parameters
    ----------
    decoded_logits, logits : (n, n_classes), of the decoded position and of the sample itself.
    """
    predicted = logits.argmax(1, keepdim=True)
    return (decoded_logits.softmax(1).gather(1, predicted) - logits.softmax(1).gather(1, predicted)).abs()[:, 0]


def reconstruction_error(decoded: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Measure each sample's mean squared error per feature, relative to the variance of the step, (n,).

    0 is perfect; 1 is what a decoder that ignores the position reaches on average. NaN where all representations are equal.
    """
    variance = (x - x.mean(0)).square().mean()
    return (decoded - x).square().mean(1) / torch.where(variance > 0, variance, torch.nan)


def reconstruction_distance(decoded: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Measure how far each sample's representation is from the decoded one, (n,), in the units of the representation, lower is better.

    The Time-Travelling Visualizer's ``ppr_dist`` is its mean. 0 is perfect; with no yardstick of its own it compares only films of one log.
    """
    distance: torch.Tensor = (decoded - x).norm(dim=1)
    return distance
