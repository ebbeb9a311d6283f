"""The identity LoRA as the workflow knows it: phases of painting, held against the person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from idlock import __version__, device
from idlock.engines import Picture, Request, Source
from idlock.engines.lora import base, infotext, lock, phases, prompts, seeds
from idlock.engines.lora.lock import Lock
from idlock.engines.lora.painting import Painter, Phase
from idlock.engines.lora.phases import Canvas, Persistence
from idlock.engines.lora.prompts import Prompts
from idlock.faces.align import SIZE
from idlock.problems import BadInput
from idlock.store.files import read_json, sha256

PACKAGES = ("torch", "diffusers", "transformers", "peft")  # another version, another picture
LORA = "pytorch_lora_weights.safetensors"
EXPORT = "export"  # the phase that the second base paints


class Lora:
    """Paints a person whom a LoRA has learnt; see `idlock.engines.Engine`.

    Args:
        config: of it the engine takes ``render``, ``lora.base``,
            ``lora.caption``, ``prompts``, and what says who checks identity.

    Attributes:
        start: the phase that begins with noise.
        negative: what no picture shall show.
    """

    name = "lora"

    def __init__(self, config: Mapping[str, Any]):
        self._config = config
        self._render = config["render"]
        self._words: Prompts = prompts.load(config["prompts"])
        self.negative = self._words.negative
        self.start, *self._later = [Phase(**values) for values in self._render["phases"]]
        self._base = self._located(config["lora"]["base"])
        export = self._render["export"]["base"]
        self._second = self._located(export) if export else None
        self.settings = {
            **lock.settings(config),
            "render": {key: self._render[key] for key in self._render if key != "expressions"},
            "base": base.digest(self._base),
            "export": base.digest(self._second) if self._second else None,
            "caption": config["lora"]["caption"],
            "prompts": self._words.plain(),
            "versions": {name: version(name) for name in PACKAGES},
        }

    def _located(self, name: str) -> Path:
        return base.located(name, offline=self._config["offline"])

    @cached_property
    def painter(self) -> Painter:
        """The base, opened."""
        return opened(self._base, self._config)

    @cached_property
    def _stylizer(self) -> Painter:
        return opened(self._second, self._config)

    def makes(self, expression: str) -> bool:
        """Whether an expression is wanted, and there are words for it."""
        wanted = self._render["expressions"] or [expression]
        return expression in wanted and expression in self._words.expressions

    def needs(self, slug: str) -> Mapping[str, Any]:
        """Digest of the person's LoRA, and the seeds found for it."""
        return {"lora": sha256(trained(self._config, slug)), "seeds": self._found(slug)}

    def _found(self, slug: str) -> list[dict[str, str]]:
        """The seeds that were found for a person, where they are wanted."""
        wanted = self._config["discover"]["seeds"]
        return seeds.read(Path(self._config["results"]), slug) if wanted else []

    def said(self, expression: str) -> dict[str, str]:
        """Return the prompt of every phase for an expression."""
        names = [phase.name for phase in (self.start, *self._later)] + [EXPORT] * bool(self._second)
        caption = self._config["lora"]["caption"]
        return {name: self._words.of(name, caption, expression) for name in names}

    def pictures(self, source: Source, requests: Sequence[Request]) -> Iterator[Picture]:
        """Paint all requests of a person together, phase by phase."""
        if not requests:
            return
        lora = trained(self._config, source.slug)
        held = lock.of(source.slug, self._config)
        found = self._found(source.slug)
        noise = [seeds.choose(found, r.expression, r.index, r.seed) for r in requests]
        canvases = [
            Canvas(self.said(request.expression), drawn["seed"])
            for request, drawn in zip(requests, noise, strict=True)
        ]
        self.painter.learn(lora)
        self._paint(canvases, held)
        hashed = infotext.lora_hash(lora)
        learnt = {"sha256": sha256(lora), "hash": hashed}
        chose = sorted({held.recogniser.name, *_chose(lora)})
        for request, canvas, drawn in zip(requests, canvases, noise, strict=True):
            yield Picture(
                request,
                finished(canvas.image),
                made_with=self._made_with(canvas)
                | {"noise": drawn, "lora": learnt, "selected_by": chose, "line": held.line},
                text={infotext.KEYWORD: self._infotext(canvas, source.slug, hashed)},
            )

    def _paint(self, canvases: Sequence[Canvas], held: Lock) -> None:
        phases.first(self.painter, self.start, canvases, self.negative, held)
        passes = [(self.painter, phase) for phase in self._later]
        if self._second:
            wanted = {key: value for key, value in self._render["export"].items() if key != "base"}
            passes.append((self._stylizer, Phase(EXPORT, lora=0.0, **wanted)))
        persistence = Persistence(self._render["retries"], self._render["weaken"])
        for painter, phase in passes:
            phases.over(painter, phase, canvases, self.negative, held, persistence)

    def _made_with(self, canvas: Canvas) -> dict[str, Any]:
        """All that decided a picture, but for noise, LoRA and who held it against the person."""
        return {
            "base": {"name": self._base.name, "digest": self.settings["base"]},
            "export": self._render["export"]
            | {"base": {"name": self._second.name, "digest": self.settings["export"]}}
            if self._second
            else None,
            "versions": self.settings["versions"],
            "sampler": self._render["sampler"],
            "steps": self._render["steps"],
            "batch": self.painter.batch,
            "phases": [asdict(phase) for phase in (self.start, *self._later)],
            "prompts": dict(canvas.prompts),
            "negative": self.negative,
            "drifts": canvas.history,
            "refused": canvas.refused,
        }

    @cached_property
    def _base_hash(self) -> str:
        return infotext.model_hash(self._base)

    def _infotext(self, canvas: Canvas, slug: str, lora: str) -> str:
        """The first phase is what the field's tools can repeat; the others are told beside it."""
        taken = [h for h in canvas.history[1:] if h["outcome"] in phases.TAKEN]
        settings = {
            "Steps": self._render["steps"],
            "Sampler": self._render["sampler"],
            "CFG scale": self.start.guidance,
            "Seed": canvas.seed,
            "RNG": "CPU",
            "Size": f"{self.painter.side}x{self.painter.side}",
            "Model hash": self._base_hash,
            "Model": self._base.name,
            "Lora hashes": f"{slug}: {lora}",
            "Phases": "; ".join(f"{h['phase']} {h['strength']}" for h in taken) or "none",
            "Version": f"idlock {__version__}",
        }
        prompt = f"{canvas.prompts[self.start.name]} <lora:{slug}:{self.start.lora:g}>"
        return infotext.written(prompt, self.negative, settings)


def opened(folder: Path, config: Mapping[str, Any]) -> Painter:
    """Open a base for painting, on the device that the config names.

    bfloat16 on a card: float16 overflows in SDXL's decoder.
    """
    place = device.torch_device(config)
    numbers = torch.bfloat16 if place.type == "cuda" else torch.float32
    pipeline = base.opened(folder, offline=config["offline"], dtype=numbers).to(place)
    render = config["render"]
    return Painter(pipeline, render["sampler"], render["steps"], render["batch"])


def trained(config: Mapping[str, Any], slug: str) -> Path:
    """Return the file of a person's LoRA.

    Raises:
        BadInput: there is none.
    """
    path = Path(config["results"]) / "models" / "lora" / slug / LORA
    if not path.is_file():
        raise BadInput(
            f"no LoRA was trained for {slug}", "see the ledger for why its training failed"
        )
    return path


def _chose(lora: Path) -> list[str]:
    """Return the recognisers that chose among the checkpoints of a LoRA's training."""
    about = lora.with_name("training.json")
    return read_json(about)["selected_by"] if about.is_file() else []


def finished(image: np.ndarray) -> np.ndarray:
    """Return a square picture as engines give it: (768, 768, 4) uint8, opaque."""
    large = lock.fitted(image, SIZE)
    return np.dstack([large, np.full(large.shape[:2], 255, np.uint8)])


def engine(config: Mapping[str, Any]) -> Lora:
    """Open the engine."""
    return Lora(config)
