"""The trained LoRA in the formats that other tools read.

Both files hold the same function. What is called ``.alpha`` in kohya's format
has no place of its own in diffusers': readers that know its metadata take alpha
from there, older ones take it to be the rank. So the up-matrices are scaled to
alpha = rank there, which both understand alike.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from idlock.store.files import write_bytes

DIFFUSERS = "pytorch_lora_weights.safetensors"
KOHYA = "kohya.safetensors"
_KOHYA_PARTS = {
    False: {"unet": "lora_unet", "text_encoder": "lora_te"},
    True: {"unet": "lora_unet", "text_encoder": "lora_te1", "text_encoder_2": "lora_te2"},
}


def write(
    folder: Path,
    tensors: Mapping[str, Tensor],
    alpha: float,
    rank: int,
    unet_config: Mapping[str, Any],
    told: Mapping[str, str],
) -> list[Path]:
    """Write both files, whole or not at all.

    Args:
        folder: where to.
        tensors: as `Adapter.tensors` gives them.
        alpha: of the LoRA.
        rank: of the LoRA.
        unet_config: of the base's UNet.
        told: further metadata, texts by ``ss_`` names.

    Returns:
        The files.
    """
    files = {
        DIFFUSERS: (diffusers(tensors, alpha, rank), diffusers_metadata(tensors, rank)),
        KOHYA: (
            kohya(tensors, alpha, unet_config),
            {"ss_network_module": "networks.lora", "ss_network_dim": str(rank)}
            | {"ss_network_alpha": str(alpha)}
            | dict(told),
        ),
    }
    for name, (content, metadata) in files.items():
        write_bytes(folder / name, serialised(content, metadata))
    return [folder / name for name in files]


def diffusers(tensors: Mapping[str, Tensor], alpha: float, rank: int) -> dict[str, Tensor]:
    """Return the tensors of diffusers' format, scaled to alpha = rank."""
    return {
        _diffusers_name(name): tensor * (alpha / rank) if ".lora_B." in name else tensor
        for name, tensor in tensors.items()
    }


def diffusers_metadata(tensors: Mapping[str, Tensor], rank: int) -> dict[str, str]:
    """Return the metadata by which diffusers rebuilds the adapter."""
    modules: dict[str, list[str]] = {}
    for name in tensors:
        part, path = name.split(".", 1)
        if ".lora_A." in path:
            modules.setdefault(part, []).append(path.removesuffix(".lora_A.weight"))
    told: dict[str, Any] = {}
    for part, paths in modules.items():
        told |= {
            f"{part}.r": rank,
            f"{part}.lora_alpha": rank,
            f"{part}.target_modules": sorted(paths),
            f"{part}.peft_type": "LORA",
        }
    return {"format": "pt", "lora_adapter_metadata": json.dumps(told, indent=2, sort_keys=True)}


def kohya(
    tensors: Mapping[str, Tensor], alpha: float, unet_config: Mapping[str, Any]
) -> dict[str, Tensor]:
    """Return the tensors of kohya's format; an SDXL UNet's under the names of its authors."""
    sdxl = unet_config.get("addition_embed_type") == "text_time"
    made: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        part, path = _diffusers_name(name).split(".", 1)
        module, matrix = path.rsplit(".lora_", 1)
        if sdxl and part == "unet":
            module = authors_name(module, unet_config["layers_per_block"])
        stem = f"{_KOHYA_PARTS[sdxl][part]}_{module.replace('.', '_')}"
        made[f"{stem}.lora_{'down' if matrix.startswith('A') else 'up'}.weight"] = tensor
        made[f"{stem}.alpha"] = torch.tensor(float(alpha))
    return made


def _diffusers_name(name: str) -> str:
    """Name a text encoder's tensor as LoRA files do, whatever transformers calls it today."""
    part, path = name.split(".", 1)
    if part == "unet" or path.startswith("text_model."):
        return name
    return f"{part}.text_model.{path}"


_IN_RESNET = {
    "conv1": "in_layers.2",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
_IN_MIDDLE = {("resnets", "0"): "0", ("attentions", "0"): "1", ("resnets", "1"): "2"}


def authors_name(module: str, layers_per_block: int) -> str:
    """Rename a module of diffusers' SDXL UNet as in Stability AI's own code.

    There, all blocks of a side are counted through, and so kohya names them:
    ``down_blocks.1.attentions.0`` is ``input_blocks.4.1``.
    """
    block, *rest = module.split(".")
    if block == "mid_block":
        kind, number, *inner = rest
        return ".".join(["middle_block", _IN_MIDDLE[kind, number], *_inner(kind, inner)])
    if block not in ("down_blocks", "up_blocks"):
        return module
    at, kind, number, *inner = rest
    place = "0" if kind == "resnets" else "1"
    if block == "down_blocks":
        index = int(at) * (layers_per_block + 1) + int(number) + 1
        return ".".join(["input_blocks", str(index), place, *_inner(kind, inner)])
    index = int(at) * (layers_per_block + 1) + int(number)
    return ".".join(["output_blocks", str(index), place, *_inner(kind, inner)])


def _inner(kind: str, inner: list[str]) -> list[str]:
    return [_IN_RESNET.get(inner[0], inner[0]), *inner[1:]] if kind == "resnets" else inner


def serialised(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    """Return the bytes of a safetensors file, the same for the same content.

    safetensors writes the metadata in an order that changes from run to run;
    here it is sorted. The header keeps its length, so nothing else moves.
    """
    contiguous = {name: tensor.contiguous() for name, tensor in sorted(tensors.items())}
    data = safetensors.torch.save(contiguous, dict(metadata))
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    if len(text) > length:
        raise ValueError("the header of a safetensors file has grown on being sorted")
    return data[:8] + text.ljust(length) + data[8 + length :]
