"""What a picture says of itself in its PNG, in the form that the field's tools read.

Automatic1111's web UI writes a text ``parameters``: the prompt, the negative
prompt, and a line of settings. Civitai, ComfyUI's loaders and picture browsers
read it.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

KEYWORD = "parameters"


def written(prompt: str, negative: str, settings: Mapping[str, object]) -> str:
    """Return the text of one picture; a setting that would break the line is quoted."""
    line = ", ".join(f"{name}: {_quoted(str(value))}" for name, value in settings.items())
    return "\n".join([prompt, *([f"Negative prompt: {negative}"] if negative else []), line])


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if set(value) & set(',:\n"') else value


def model_hash(base: Path) -> str:
    """Return the name of a base in the tools' manner: ten digits of its weights' digest.

    Theirs is of a checkpoint in one file; of a folder it is the denoiser's
    first file.
    """
    with min((base / "unet").glob("*.safetensors")).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:10]


def lora_hash(file: Path) -> str:
    """Return the name that the tools give a LoRA.

    Twelve digits of the digest of a safetensors file's tensors; its header, in
    which notes may change, does not count.
    """
    with file.open("rb") as opened:
        header = int.from_bytes(opened.read(8), "little")
        opened.seek(8 + header)
        return hashlib.file_digest(opened, "sha256").hexdigest()[:12]
