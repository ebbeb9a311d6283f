"""The sizes of the bases of random weights that benches build: time does not hang on weights."""

from pathlib import Path

import yaml

from idlock.engines.lora.small import Size

_SETTINGS = Path(__file__).parents[1] / "fit" / "base" / "settings.yaml"
SIZES = {
    # as it ships
    "embedded": Size(**yaml.safe_load(_SETTINGS.read_text())["size"]),
    # Stable Diffusion 1.5, but for its eight heads on every level: here they are 64 wide, as
    # those of its text encoder, which is the same arithmetic
    "sd15": Size(
        picture=512,
        vae=(128, 256, 512, 512),
        unet=(320, 640, 1280, 1280),
        attends=(True, True, True, False),
        blocks=2,
        text=768,
        text_layers=12,
        heads=64,
        words=77,
    ),
}
