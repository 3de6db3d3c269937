"""The way back from a finished layout to the representations: one decoder for the whole film, with the step as an input.

It is fitted to bring back the representation and, through the subject model's head, the prediction. It works on representations centred
and scaled per step, and predictions are sharpened to the same typical margin at every step, or an untrained network's faint preferences
would not count beside later ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F

from tb_timetravel.errors import FitError
from tb_timetravel.fit import workers
from tb_timetravel.fit.batches import Around, Batch, Draws, steps_per_batch
from tb_timetravel.fit.heads import AffineHead, divergence, log_probabilities, step_scales
from tb_timetravel.fit.networks import PlaneNetwork
from tb_timetravel.fit.recorded import Recording, one_cycle
from tb_timetravel.fit.spots import Square, held_still, nearest_of_cells, predictions_near, unlike_those_near

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from tb_timetravel.fit.dynamics import Dynamics
    from tb_timetravel.fit.result import Head

_FEWEST = 20  # batches of a cycle: its schedule divides by 0 at 10
_ROOM = 0.1  # around the layout, as a share of its width


@dataclass(frozen=True, kw_only=True)
class DecoderConfig:
    """How a decoder is fitted to a layout."""

    n_passes: int = 50  # over all samples of all steps, within the two bounds that follow
    min_batches: int = 375
    max_visits: int = 1000  # of one step
    samples_per_batch: int = 128  # of each step of the batch
    learning_rate: float = 2e-2  # the peak of one cycle
    shared_rate: float = 1.0  # share of it for the layers that all steps have in common; a recorded batch (`_follow_recorded`) has one rate
    width: int = 128
    typical_margin: float = 3.0  # logits are scaled so that top 1 - top 2 has this mean at every step
    margin: float = 0.3  # by which the predicted class shall be ahead, in sharpened logits: agreement, not only likeness
    margin_weight: float = 3.0
    still_weight: float = 5.0  # of what territory changes where no prediction does
    near_weight: float = 0.3  # of what it says between the samples, held to those around
    n_spots: int = 96  # of the plane, in a batch, where both are asked
    seed: int = 0

    def n_batches(self, n_steps: int, n_samples: int, device: torch.device) -> int:
        """Count the batches that a film of this size is worth."""
        visits = min(self.max_visits, self.n_passes * n_samples / self.samples_per_batch)
        return max(self.min_batches, round(visits * n_steps / steps_per_batch(n_steps, device)))


class Decoder:
    """From the plane to representations, at any step of a film."""

    def __init__(self, dynamics: Dynamics, layout: torch.Tensor, config: DecoderConfig) -> None:
        low, high = layout.amin((0, 1)), layout.amax((0, 1))
        self.middle, self.half = (low + high) / 2, ((0.5 + _ROOM) * (high - low)).clamp_min(1e-12)
        self.center, self.scale = step_scales(dynamics)
        generator = torch.Generator().manual_seed(config.seed)
        self.network = PlaneNetwork(
            dynamics.n_features, dynamics.n_steps, n_samples=layout.shape[1], generator=generator, width=config.width
        ).to(dynamics.device)

    def __call__(self, z: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Bring positions back, (n_steps, b, 2) -> (n_steps, b, n_features)."""
        return self._representations(self.last_hidden(z, steps), steps)

    def logits(self, z: torch.Tensor, steps: torch.Tensor, head: Head) -> torch.Tensor:
        """Classify what positions decode to, (n_steps, b, 2) -> (n_steps, b, n_classes)."""
        return self.logits_of(self.last_hidden(z, steps), steps, head)

    def last_hidden(self, z: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        """Map as far as the last hidden layer, (n_steps, b, 2) -> (n_steps, b, width)."""
        return self.network.last_hidden(self.square.unit(z), steps)

    def logits_of(self, hidden: torch.Tensor, steps: torch.Tensor, head: Head) -> torch.Tensor:
        """Classify what the last hidden layer (n_steps, b, width) stands for.

        Through an affine head of few classes the representations are not made on the way: they are wider than all else, and most of the
        cost.
        """
        if not isinstance(head, AffineHead) or head.weight.shape[1] > hidden.shape[1]:
            return head.logits(self._representations(hidden, steps), steps)
        weight = head.weight[steps]
        bias = head.bias[steps] + (self.center[steps] @ weight.transpose(1, 2))[:, 0]
        return self.network.mlp.read_out_through(hidden, steps, weight * self.scale[steps], bias)

    def _representations(self, hidden: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
        return self.network.mlp.read_out(hidden, steps) * self.scale[steps] + self.center[steps]

    @property
    def square(self) -> Square:
        """The square that the film fills."""
        return Square(self.middle, self.half)

    def weights(self) -> dict[str, NDArray[Any]]:
        """Give everything that `load` needs, by name; the grids of all steps as one array, in half precision: they are nearly all of it."""
        named = {f"mlp.{k}": v for k, v in self.network.mlp.state_dict().items()}
        named |= {"grids": self.network.values().half(), "sizes": torch.tensor(self.network.sizes)}
        named |= {name: getattr(self, name) for name in ("middle", "half", "center", "scale")}
        return {name: value.detach().cpu().numpy() for name, value in named.items()}

    def load(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Take the weights of an equally shaped decoder, and the square that it was fitted in."""
        of_mlp = {name.removeprefix("mlp."): torch.tensor(v) for name, v in weights.items() if name.startswith("mlp.")}
        self.network.mlp.load_state_dict(of_mlp)
        self.middle, self.half = (torch.tensor(weights[name]).to(self.middle.device) for name in ("middle", "half"))
        self.network.set_values(torch.tensor(weights["grids"]))


def logit_scales(dynamics: Dynamics, head: Head, typical_margin: float) -> torch.Tensor:
    """Find what the logits of each step are multiplied by to have the typical margin on average, (n_steps, 1, 1)."""
    factors = []
    for t in range(dynamics.n_steps):
        at = torch.tensor([t], device=dynamics.device)
        logits = head.logits(dynamics.representations(t)[None], at)[0] if not dynamics.has_logits else dynamics.logits(t)
        top = logits.topk(min(2, logits.shape[1]), 1).values
        margin = (top[:, 0] - top[:, -1]).mean().clamp_min(1e-6)
        factors.append(typical_margin / margin)
    return torch.stack(factors).reshape(-1, 1, 1)


Loss = Callable[[Batch, torch.Tensor], torch.Tensor]
"""Of a batch and the logarithms of the probabilities, sharpened, of what some of its positions decode to."""


def fit_decoder(
    dynamics: Dynamics, layout: torch.Tensor, head: Head | None, decoder: Decoder, config: DecoderConfig, report: Callable[[float], None],
    also: Loss | None = None, drawn: Square | None = None,
) -> None:  # fmt: skip
    """Fit a decoder to a layout, in place. Of several workers each takes its part of the samples of every batch.

    Parameters
    ----------
    layout : (n_steps, n_laid_out, 2) positions of the samples ``dynamics.laid_out``.
    report : called with the share of batches done.
    also : a loss that comes to the others, of the spots of a batch.
    drawn : where spots lie; the square that the film fills, if not given.

    Raises
    ------
    FitError : the fit diverged.
    """
    square = decoder.square if drawn is None else drawn
    held, around = _held(dynamics, layout, head, decoder, square, config, also)

    def loss_of(batch: Batch) -> torch.Tensor:
        spots = batch.spots.expand(len(batch.steps), -1, -1)
        hidden = decoder.last_hidden(torch.cat([batch.z, spots], 1), batch.steps)
        wanted = batch.x - decoder.center[batch.steps].index_select(2, batch.features)
        wanted = wanted / decoder.scale[batch.steps]
        decoded = decoder.network.mlp.read_out(hidden[:, : batch.z.shape[1]], batch.steps, batch.features)
        return F.mse_loss(decoded, wanted) + held(batch, hidden)

    n_batches = config.n_batches(dynamics.n_steps, layout.shape[1], layout.device)
    draws = Draws(dynamics, layout, head, config, square=square, around=around)
    alone = layout.device.type == "cuda" and also is None and workers.n_workers() == 1
    follow = _follow_recorded if alone else _follow
    for i, loss in enumerate(follow(loss_of, draws, decoder.network, n_batches, config)):
        if i % 25 == 0:
            if not bool(torch.isfinite(loss)):
                raise FitError(f"the decoder diverged at batch {i}; check the representations for extreme values")
            report(i / n_batches)


def _held(
    dynamics: Dynamics, layout: torch.Tensor, head: Head | None, decoder: Decoder, square: Square, config: DecoderConfig, also: Loss | None
) -> tuple[Loss, Around | None]:
    """Make the losses that go through the head, of a batch and the last hidden layer of its samples and spots; 0 without a head.

    With them, what batches have to tell of the surroundings of their spots.
    """
    if head is None:
        return lambda batch, _: torch.zeros((), device=batch.x.device), None
    sharpen, near = logit_scales(dynamics, head, config.typical_margin), nearest_of_cells(layout, square)
    still = held_still(dynamics, near, square, config)

    def loss(batch: Batch, hidden: torch.Tensor) -> torch.Tensor:
        found = log_probabilities(decoder.logits_of(hidden, batch.steps, head) * sharpen[batch.steps])
        at_samples, at_spots = found.tensor_split([batch.z.shape[1]], 1)
        wanted = log_probabilities(batch.logits * sharpen[batch.steps])
        result = _unlike(wanted, at_samples, config) + still(batch, at_spots)
        result = result + config.near_weight * unlike_those_near(batch, at_spots)
        return result if also is None else result + also(batch, at_spots)

    return loss, predictions_near(dynamics, near, head, sharpen, square)


def _unlike(wanted: torch.Tensor, found: torch.Tensor, config: DecoderConfig) -> torch.Tensor:
    """Compare what the head says of decoded positions with what it says of the samples, logarithms of sharpened probabilities."""
    unlike = divergence(wanted, found)
    if found.shape[-1] == 1:
        return unlike
    return unlike + config.margin_weight * shortfall(found, wanted.argmax(-1), config.margin).mean()


def shortfall(logits: torch.Tensor, wanted: torch.Tensor, margin: float) -> torch.Tensor:
    """Measure by how much the wanted class misses being ahead of all others by a margin, (…, n_classes), (…,) -> (…,), from 0 up."""
    of_wanted = logits.gather(-1, wanted[..., None])[..., 0]
    return (margin + logits.scatter(-1, wanted[..., None], -torch.inf).amax(-1) - of_wanted).clamp_min(0.0)


def _follow(
    loss_of: Callable[[Batch], torch.Tensor], draws: Draws, network: PlaneNetwork, n_batches: int, config: DecoderConfig
) -> Iterator[torch.Tensor]:
    """Take the steps, giving the loss of each."""
    parameters, shared = list(network.parameters()), network.mlp.shared()
    of_shared = {id(parameter) for parameter in shared}
    own = [parameter for parameter in parameters if id(parameter) not in of_shared]
    rates = [config.learning_rate, config.shared_rate * config.learning_rate]
    optimizer = torch.optim.Adam([{"params": own}, {"params": shared}], fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, max(_FEWEST, n_batches), pct_start=0.1)
    for _ in range(n_batches):
        loss = loss_of(draws.next())
        optimizer.zero_grad()
        loss.backward()
        workers.average_gradients(parameters)
        optimizer.step()
        schedule.step()
        yield loss


def _follow_recorded(
    loss_of: Callable[[Batch], torch.Tensor], draws: Draws, network: PlaneNetwork, n_batches: int, config: DecoderConfig
) -> Iterator[torch.Tensor]:
    """Do as `_follow` on a GPU."""
    with network.joined() as grids:
        recording = Recording(lambda tensors: loss_of(Batch(*tensors)), [*network.mlp.parameters(), grids], draws.example())
        for i in range(n_batches):
            yield recording(draws.next(), *one_cycle(i, max(_FEWEST, n_batches), config.learning_rate))
