"""The identity LoRA as the workflow knows it: phases of painting, held against the person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from idlock import __version__, device
from idlock.engines import Picture, Request, Source
from idlock.engines.lora import base, infotext, lock, phases, prompts, seeds
from idlock.engines.lora.lock import Lock
from idlock.engines.lora.painting import Painter, Phase
from idlock.engines.lora.phases import Canvas, Persistence
from idlock.engines.lora.prompts import Prompts
from idlock.faces.align import SIZE
from idlock.problems import BadInput
from idlock.store import units
from idlock.store.files import sha256

LORA = "pytorch_lora_weights.safetensors"
EXPORT = "export"  # the phase that the second base paints


class Lora:
    """Paints a person whom a LoRA has learnt; see `idlock.engines.Engine`.

    Args:
        config: of it the engine takes ``render``, ``lora.base``,
            ``lora.caption``, ``prompts``, and what says who checks identity.
    """

    name = "lora"

    def __init__(self, config: Mapping[str, Any]):
        self._config = config
        self._render = config["render"]
        self._words: Prompts = prompts.load(config["prompts"])
        self._phases = [Phase(**values) for values in self._render["phases"]]
        self._base = base.located(config["lora"]["base"], offline=config["offline"])
        recogniser, line = lock.settings(config)
        self.settings = {
            "render": dict(self._render),
            "base": digest(self._base),
            "caption": config["lora"]["caption"],
            "prompts": asdict(self._words),
            "recogniser": recogniser,
            "line": line,
            "export": digest(self._second) if self._second else None,
        }

    @cached_property
    def _second(self) -> Path | None:
        """Folder of the base that the export is painted with."""
        name = self._render["export"]["base"]
        return base.located(name, offline=self._config["offline"]) if name else None

    @cached_property
    def _painter(self) -> Painter:
        return opened(self._base, self._config)

    @cached_property
    def _stylizer(self) -> Painter:
        return opened(self._second, self._config)

    def makes(self, expression: str) -> bool:
        """Whether there are words for an expression."""
        return expression in self._words.expressions

    def needs(self, slug: str) -> Mapping[str, Any]:
        """Digests of the person's LoRA and of the seeds found for it."""
        table = seeds.table(Path(self._config["results"]), slug)
        return {
            "lora": sha256(trained(self._config, slug)),
            "seeds": sha256(table) if table.is_file() else None,
        }

    def pictures(self, source: Source, requests: Sequence[Request]) -> Iterator[Picture]:
        """Paint all requests of a person together, phase by phase."""
        if not requests:
            return
        lora = trained(self._config, source.slug)
        held = lock.of(source.slug, self._config)
        found = seeds.read(Path(self._config["results"]), source.slug)
        chosen = [seeds.choose(found, r.expression, r.index, r.seed) for r in requests]
        canvases = [
            Canvas(self._said(request.expression), seed["seed"])
            for request, seed in zip(requests, chosen, strict=True)
        ]
        self._painter.learn(lora)
        self._paint(canvases, held)
        names = {"lora": infotext.lora_hash(lora), "base": self._base_hash}
        for request, canvas, seed in zip(requests, canvases, chosen, strict=True):
            yield Picture(
                request,
                finished(canvas.image),
                made_with=self._made_with(canvas, held, seed, names),
                text={infotext.KEYWORD: self._infotext(canvas, source.slug, names)},
            )

    @cached_property
    def _base_hash(self) -> str:
        return infotext.model_hash(base.weights(self._base))

    def _said(self, expression: str) -> dict[str, str]:
        caption = self._config["lora"]["caption"]
        names = [phase.name for phase in self._phases] + [EXPORT] * bool(self._second)
        return {name: self._words.of(name, caption, expression) for name in names}

    def _paint(self, canvases: Sequence[Canvas], held: Lock) -> None:
        start, *later = self._phases
        persistence = Persistence(self._render["retries"], self._render["weaken"])
        negative = self._words.negative
        phases.first(self._painter, start, canvases, negative, held.drift)
        for phase in later:
            phases.over(
                self._painter, phase, canvases, negative, held.drift, held.line, persistence
            )
        if self._second:
            export = self._render["export"]
            phase = Phase(EXPORT, 0.0, export["guidance"], export["strength"], export["rescue"])
            phases.over(
                self._stylizer, phase, canvases, negative, held.drift, held.line, persistence
            )

    def _made_with(
        self, canvas: Canvas, held: Lock, seed: Mapping[str, Any], names: Mapping[str, str]
    ) -> dict[str, Any]:
        return {
            "base": {"name": self._base.name, "digest": self.settings["base"]},
            "export": {"name": self._second.name, "digest": self.settings["export"]}
            if self._second
            else None,
            "lora": names["lora"],
            "sampler": self._render["sampler"],
            "steps": self._render["steps"],
            "batch": self._painter.batch,
            "phases": [asdict(phase) for phase in self._phases],
            "prompts": dict(canvas.prompts),
            "negative": self._words.negative,
            "noise": dict(seed),
            "selected_by": held.selected_by,
            "line": held.line,
            "drifts": canvas.history,
            "refused": canvas.refused,
        }

    def _infotext(self, canvas: Canvas, slug: str, names: Mapping[str, str]) -> str:
        """The first phase is what the field's tools can repeat; the others are told beside it."""
        start, side = self._phases[0], self._painter.side
        after = [h for h in canvas.history[1:] if h["outcome"] in phases.TAKEN]
        settings = {
            "Steps": self._render["steps"],
            "Sampler": self._render["sampler"],
            "CFG scale": start.guidance,
            "Seed": canvas.seed,
            "Size": f"{side}x{side}",
            "Model hash": names["base"],
            "Model": self._base.name,
            "Lora hashes": f"{slug}: {names['lora']}",
            "Phases": "; ".join(f"{h['phase']} {h['strength']}" for h in after) or "none",
            "Version": f"idlock {__version__}",
        }
        prompt = f"{canvas.prompts[start.name]} <lora:{slug}:{start.lora}>"
        return infotext.written(prompt, self._words.negative, settings)


def opened(folder: Path, config: Mapping[str, Any]) -> Painter:
    """Open a base for painting, on the device that the config names."""
    pipeline = base.opened(folder, offline=config["offline"]).to(device.torch_device(config))
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


def digest(folder: Path) -> str:
    """Digest of a base folder: of every file of its networks, tokenizers and scheduler."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".safetensors", ".txt"))
    return units.key(files={path.relative_to(folder).as_posix(): sha256(path) for path in files})


def finished(image: np.ndarray) -> np.ndarray:
    """Return a square picture as engines give it: (768, 768, 4) uint8, opaque."""
    large = lock.fitted(image, SIZE)
    return np.dstack([large, np.full(large.shape[:2], 255, np.uint8)])


def engine(config: Mapping[str, Any]) -> Lora:
    """Open the engine."""
    return Lora(config)
