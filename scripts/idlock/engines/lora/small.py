"""Bases of random weights in any size: what the embedded base begins as, and tests train on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from tokenizers import pre_tokenizers
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
)

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

START, END, ENDING = "<|startoftext|>", "<|endoftext|>", "</w>"


@dataclass(frozen=True)
class Size:
    """How large the parts of a base are.

    Attributes:
        picture: side of its pictures, px.
        vae: channels of the autoencoder, from the finest level; each further
            level halves the side.
        latent: channels of a latent.
        unet: channels of the denoiser, from the finest level.
        attends: whether a level of the denoiser has attention, per level.
        blocks: residual blocks a level of the denoiser.
        text: width of the text encoder.
        text_layers: its depth.
        heads: width of an attention head.
        words: longest prompt, tokens.
        predicts: what the denoiser predicts, "epsilon" (the noise) or
            "v_prediction" (a mixture of noise and picture).
    """

    picture: int = 64
    vae: tuple[int, ...] = (16, 32, 64)
    latent: int = 4
    unet: tuple[int, ...] = (32, 64)
    attends: tuple[bool, ...] = (True, True)
    blocks: int = 1
    text: int = 32
    text_layers: int = 2
    heads: int = 16
    words: int = 24
    predicts: str = "epsilon"


def small(
    size: Size, vocabulary: Sequence[str], *, seed: int = 0, sdxl: bool = False
) -> StableDiffusionPipeline | StableDiffusionXLPipeline:
    """Return a pipeline of random weights, the same for the same arguments.

    Args:
        size: of its parts.
        vocabulary: words that shall be one token each; others fall apart into bytes.
        seed: of the weights; torch's own random state is left as it was.
        sdxl: build SDXL's kind: two text encoders, and the picture's size as a condition.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        parts = {
            "vae": autoencoder(size),
            "text_encoder": text_encoder(size, tokens := tokenizer(vocabulary, size.words)),
            "tokenizer": tokens,
            "unet": denoiser(size, sdxl=sdxl),
            "scheduler": scheduler(size),
        }
        if sdxl:
            second = text_encoder(size, tokens, CLIPTextModelWithProjection)
            pipe = StableDiffusionXLPipeline(**parts, text_encoder_2=second, tokenizer_2=tokens)
        else:
            pipe = StableDiffusionPipeline(
                **parts, safety_checker=None, feature_extractor=None, requires_safety_checker=False
            )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def autoencoder(size: Size) -> AutoencoderKL:
    """Build the autoencoder: ``2 ** (levels - 1)`` px of the picture a side of a latent."""
    levels = len(size.vae)
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        block_out_channels=size.vae,
        layers_per_block=1,
        latent_channels=size.latent,
        norm_num_groups=8,
        sample_size=size.picture,
        mid_block_add_attention=False,
        force_upcast=False,
    )


def denoiser(size: Size, *, sdxl: bool = False) -> UNet2DConditionModel:
    """Build the denoiser of latents; SDXL's is told both encoders' words and the picture's size."""
    down = tuple("CrossAttnDownBlock2D" if a else "DownBlock2D" for a in size.attends)
    up = tuple("CrossAttnUpBlock2D" if a else "UpBlock2D" for a in reversed(size.attends))
    sizes = 8
    added = {
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": sizes,
        "projection_class_embeddings_input_dim": 6 * sizes + size.text,
    }
    return UNet2DConditionModel(
        sample_size=size.picture // 2 ** (len(size.vae) - 1),
        in_channels=size.latent,
        out_channels=size.latent,
        down_block_types=down,
        up_block_types=up,
        block_out_channels=size.unet,
        layers_per_block=size.blocks,
        norm_num_groups=8,
        cross_attention_dim=size.text * (2 if sdxl else 1),
        # diffusers' name for it is an old mistake: it is the number of heads
        attention_head_dim=tuple(max(1, width // size.heads) for width in size.unet),
        **(added if sdxl else {}),
    )


def text_encoder(
    size: Size, tokens: "PreTrainedTokenizerBase", made: type = CLIPTextModel
) -> CLIPTextModel:
    """Build a small CLIP text encoder for a tokenizer."""
    return made(
        CLIPTextConfig(
            vocab_size=len(tokens),
            hidden_size=size.text,
            intermediate_size=4 * size.text,
            projection_dim=size.text,
            num_hidden_layers=size.text_layers,
            num_attention_heads=max(1, size.text // size.heads),
            max_position_embeddings=size.words,
            bos_token_id=tokens.bos_token_id,
            eos_token_id=tokens.eos_token_id,
            pad_token_id=tokens.pad_token_id,
        )
    ).eval()


def scheduler(size: Size) -> DDIMScheduler:
    """Return Stable Diffusion's noise schedule."""
    return DDIMScheduler(
        prediction_type=size.predicts,
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


def tokenizer(vocabulary: Sequence[str], words: int) -> CLIPTokenizer:
    """Return CLIP's kind of tokenizer with a token for each word of a vocabulary.

    Args:
        vocabulary: words of lower-case letters.
        words: longest prompt, tokens.
        predicts: what the denoiser predicts, "epsilon" (the noise) or
            "v_prediction" (a mixture of noise and picture).
    """
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = _merges(vocabulary)
    tokens = [*alphabet, *(letter + ENDING for letter in alphabet), *map("".join, merges)]
    vocab = {token: number for number, token in enumerate([*dict.fromkeys(tokens), START, END])}
    return CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=words)


def _merges(vocabulary: Sequence[str]) -> list[tuple[str, str]]:
    """Byte-pair encoding until every word is one token: the commonest pair first, ties by name."""
    words = [(*word[:-1], word[-1] + ENDING) for word in sorted(set(vocabulary))]
    merges = []
    while pairs := Counter(pair for word in words for pair in pairwise(word)):
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        words = [_merged(word, best) for word in words]
    return merges


def _merged(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    result: list[str] = []
    for piece in word:
        if result and (result[-1], piece) == pair:
            result[-1] += piece
        else:
            result.append(piece)
    return tuple(result)
