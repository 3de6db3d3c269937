"""What networks trained on edges are asked for: one function per term, each of tensors alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CURVE_A, CURVE_B = 1.5769434602697652, 0.8950608778515733  # of 1 / (1 + a·d^2b), UMAP's curve for min_dist 0.1 and spread 1
_LEAST_LOG = math.log(1e-4)  # of a probability: what is hopeless must not outweigh the rest of a batch


def umap_cross_entropy(squared_distance: torch.Tensor, probability: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy between the probabilities of pairs and how close the pairs lie, q = 1 / (1 + a·d^2b).

    -p·log q - (1 - p)·log(1 - q), q and 1 - q no smaller than 1e-4 (McInnes, Healy and Melville 2018).

    Parameters
    ----------
    squared_distance : (m,) in the plane.
    probability : (m,) 0 for a pair that should lie apart, up to 1 for one that should lie together.

    Returns
    -------
    Scalar, in nats.
    """
    log_odds = math.log(CURVE_A) + CURVE_B * squared_distance.clamp_min(1e-12).log()  # of lying apart: log(1 - q) - log q
    together = F.logsigmoid(-log_odds).clamp_min(_LEAST_LOG)
    apart = F.logsigmoid(log_odds).clamp_min(_LEAST_LOG)
    return -(probability * together + (1.0 - probability) * apart).mean()


def attention_weights(logits_at: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, *, temperature: float = 0.01) -> torch.Tensor:
    """Tell which features decide between the two likeliest classes of each sample (Yang et al. 2022, DeepVisualInsight).

    softmax over features of (|∂ top-1 logit / ∂x| + |∂ top-2 logit / ∂x|) / temperature.

    Parameters
    ----------
    logits_at : the subject model from its representation on, (n, n_features) -> (n, n_classes), each row on its own.
    x : (n, n_features).

    Returns
    -------
    (n, n_features); rows sum to 1.
    """
    x = x.detach().requires_grad_()
    logits = logits_at(x)
    top = logits.topk(min(2, logits.shape[1]), 1).values
    strength = torch.zeros_like(x)
    for column in top.unbind(1):  # rows do not mix, so the gradient of a sum holds every row's own
        strength += torch.autograd.grad(column.sum(), x, retain_graph=True)[0].abs()
    return torch.softmax(strength / temperature, 1)


def attention_reconstruction(x: torch.Tensor, back: torch.Tensor, attention: torch.Tensor | None) -> torch.Tensor:
    """Mean of (1 + attention)·(x - back)² over samples and features, all (n, n_features) (ibid.)."""
    square = (x - back).square()
    return (square if attention is None else (1.0 + attention) * square).mean()


def weight_penalty(parameters: Iterable[torch.Tensor], before: Iterable[torch.Tensor]) -> torch.Tensor:
    """How far a network's parameters are from what they were, |now - before|² / |before|².

    After Yang et al. 2022, DeepVisualInsight, who take |now - before|²: that grows with the size of the network, and no one factor suits
    two sizes.
    """
    now, then = nn.utils.parameters_to_vector(parameters), nn.utils.parameters_to_vector(before)
    return (now - then).square().sum() / then.square().sum()


_LARGEST_MARGIN = 5.0  # without, it feeds itself: it grows with the plane, whose growth it asks for where classes overlap (to 1e8)


def class_margin(
    distance: torch.Tensor, probability: torch.Tensor, same_class: torch.Tensor, *, near: torch.Tensor, far: torch.Tensor
) -> torch.Tensor:
    """Keep neighbours that the subject model tells apart at a distance: mean of max(0, m - d), m = near + (far - near)·(1 - p), at most 5.

    Parameters
    ----------
    distance, probability : (m,) of neighbours in the plane.
    same_class : (m,) bool; such a pair has no margin.
    near, far : scalars, mean distance of a batch's attracted and repelled pairs; taken as constants, or the batch would shrink to please.
    """
    near, far = near.detach(), far.detach()
    margin = (near + (far - near) * (1.0 - probability)).clamp_max(_LARGEST_MARGIN)
    return torch.where(same_class, torch.zeros_like(distance), F.relu(margin - distance)).mean()


def smoothness(position: torch.Tensor, wanted: torch.Tensor, tied: torch.Tensor, *, slack: float) -> torch.Tensor:
    """Mean of max(0, |position - wanted| - slack) over rows, 0 for a row that is not tied.

    Parameters
    ----------
    position, wanted : (n, 2).
    tied : (n,) bool.
    slack : distance in the plane that costs nothing.
    """
    moved = (position - wanted).square().sum(1).clamp_min(1e-12).sqrt()
    return torch.where(tied, F.relu(moved - slack), torch.zeros_like(moved)).mean()
