"""One step of training, and one validation."""

import logging

import torch
from diffusers import DDPMScheduler, DiffusionPipeline
from torch import Tensor

from idlock.device import smaller_after_out_of_memory
from idlock.engines.lora.training import conditions, denoising, draws, objective, optimizers
from idlock.engines.lora.training.adapter import Adapter
from idlock.engines.lora.training.draws import Draw
from idlock.engines.lora.training.material import Material
from idlock.engines.lora.training.precision import Precision
from idlock.engines.lora.training.settings import Phase, Settings

log = logging.getLogger(__name__)


class Steps:
    """Takes steps on a LoRA.

    Args:
        pipeline: with the adapter on.
        adapter: what learns.
        material: what is learnt.
        settings: of the training.
        precision: to calculate with.
        seed: of the training.
    """

    def __init__(
        self,
        pipeline: DiffusionPipeline,
        adapter: Adapter,
        material: Material,
        settings: Settings,
        precision: Precision,
        seed: int,
    ):
        self.pipeline = pipeline
        self.adapter = adapter
        self.material = material
        self.settings = settings
        self.precision = precision
        self.seed = seed
        self.noising = DDPMScheduler.from_config(pipeline.scheduler.config)
        self.times = self.noising.config.num_train_timesteps
        # Previews and validations are few and of other sizes: they would only compile anew.
        self._learning = torch.compile(pipeline.unet) if settings.compile else pipeline.unet
        self._size = denoising.side(pipeline)
        self._at_once = settings.batch
        self._validation = draws.of_validation(material, self.times, seed)
        self._encoded = None if settings.text_encoder else self._encode()

    @torch.no_grad()
    def _encode(self) -> conditions.Conditions:
        with self.precision.calculating():
            return conditions.encode(self.pipeline, self.material.captions, self._size)

    def take(self, number: int, phase: Phase, optimizer: torch.optim.Optimizer) -> float:
        """Take a step, and return its loss.

        Where a card's memory does not do for a whole batch, its parts are taken
        one after another; the step stays the same up to rounding.
        """
        batch, share = self.settings.batch, self.settings.prior.share
        draw = draws.of_step(self.material, batch, share, self.times, self.seed, number)
        loss_of = objective.LOSSES[phase.loss]

        def work(at_once: int) -> float:
            optimizer.zero_grad(set_to_none=True)
            total = 0.0
            for part in torch.arange(batch).split(at_once):
                loss = self._loss(self._learning, draw, part, loss_of) * (len(part) / batch)
                self.precision.backward(loss)
                total += float(loss.detach())
            return total

        loss, self._at_once = smaller_after_out_of_memory(self._at_once, work)
        self.precision.step(optimizer, optimizers.CLIP)
        return loss

    @torch.no_grad()
    def validate(self) -> float:
        """Return the loss on the same noise and times as ever, by the mean square in any phase."""
        draw, total = self._validation, 0.0
        for part in torch.arange(len(draw.rows)).split(2 * self.settings.batch):
            loss = self._loss(self.pipeline.unet, draw, part, objective.mse)
            total += float(loss) * len(part)
        return total / len(draw.rows)

    def _loss(self, unet: torch.nn.Module, draw: Draw, part: Tensor, loss_of) -> Tensor:
        device, material = self.precision.device, self.material
        rows, timesteps = draw.rows[part], draw.timesteps[part].to(device)
        at = rows.to(device)
        noise, latents = draw.noise[part].to(device), material.latents[at]
        noised = self.noising.add_noise(latents, noise, timesteps)
        with self.precision.calculating():
            given = self._given(material.caption[rows]).arguments()
            said = unet(noised.to(self.pipeline.unet.dtype), timesteps, **given).sample
        wanted = objective.target(self.noising, latents, noise, timesteps)
        of_pictures = material.of_pictures[at] * objective.min_snr(
            self.noising, timesteps, self.settings.min_snr
        )
        return objective.weighted(loss_of(said.float() - wanted), material.weights[at], of_pictures)

    def _given(self, captions: Tensor) -> conditions.Conditions:
        """The conditions of (b,) captions: from the store, or by the encoder that learns."""
        if self._encoded is not None:
            return self._encoded.at(captions.to(self.precision.device))
        distinct, back = captions.unique(return_inverse=True)
        texts = [self.material.captions[number] for number in distinct.tolist()]
        encoded = conditions.encode(self.pipeline, texts, self._size)
        return encoded.at(back.to(self.precision.device))
