"""Whole pipelines of diffusers, a few megabytes with random weights, made in seconds.

Their pictures are noise; what they prove is real: loading, calling, steps, seeds, sizes.
"""

from __future__ import annotations

import functools
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import diffusers
import torch
import transformers

# Networks as small as these are slower on several cores, and far slower where others work too.
torch.set_num_threads(1)

P = ParamSpec("P")
R = TypeVar("R")


def quietly(make: Callable[P, R]) -> Callable[P, R]:
    """What the libraries say to their own developers is no fault of a test."""

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> R:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return make(*args, **kwargs)

    return made


@quietly
def save_stable_diffusion(folder: Path, *, scheduler: Any = None, width: int = 32) -> Path:
    """The class of Stable Diffusion; `width` is that of its network, which takes the time."""
    torch.manual_seed(0)
    tokenizer = letters(folder)
    pipeline = diffusers.StableDiffusionPipeline(
        unet=_unet(width),
        scheduler=scheduler or ddim(),
        vae=_vae(),
        text_encoder=_text_encoder(tokenizer),
        tokenizer=tokenizer,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    return _saved(pipeline, folder)


@quietly
def save_stable_diffusion_xl(folder: Path, *, scheduler: Any = None) -> Path:
    """The class of SDXL, with its two text encoders."""
    torch.manual_seed(0)
    tokenizer = letters(folder)
    pipeline = diffusers.StableDiffusionXLPipeline(
        unet=_unet(
            32,
            cross_attention_dim=64,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=80,
        ),
        scheduler=scheduler or ddim(),
        vae=_vae(),
        text_encoder=_text_encoder(tokenizer),
        tokenizer=tokenizer,
        text_encoder_2=_text_encoder(tokenizer, transformers.CLIPTextModelWithProjection),
        tokenizer_2=tokenizer,
    )
    return _saved(pipeline, folder)


@quietly
def save_flux(folder: Path, *, guidance_embeds: bool = False) -> Path:
    """The class of Flux: a transformer instead of a U-Net, a flow instead of noise levels."""
    torch.manual_seed(0)
    tokenizer = letters(folder)
    transformer = diffusers.FluxTransformer2DModel(
        patch_size=1,
        in_channels=4,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        pooled_projection_dim=32,
        axes_dims_rope=[4, 4, 8],
        guidance_embeds=guidance_embeds,
    )
    words = transformers.T5Config(
        vocab_size=200, d_model=32, d_kv=8, d_ff=37, num_layers=1, num_heads=4
    )
    pipeline = diffusers.FluxPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
        vae=_vae(latents=1, quantised=False),
        text_encoder=_text_encoder(tokenizer),
        tokenizer=tokenizer,
        text_encoder_2=transformers.T5EncoderModel(words),
        tokenizer_2=tokenizer,
        transformer=transformer,
    )
    return _saved(pipeline, folder)


@quietly
def ddim() -> Any:
    """The scheduler that Stable Diffusion was published with."""
    return diffusers.DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


@quietly
def lcm() -> Any:
    """The scheduler of latent consistency models."""
    return diffusers.LCMScheduler.from_config(ddim().config)


@quietly
def turbo() -> Any:
    """The scheduler of the turbos."""
    return diffusers.EulerAncestralDiscreteScheduler.from_config(
        ddim().config, timestep_spacing="trailing"
    )


def _saved(pipeline: Any, folder: Path) -> Path:
    pipeline.save_pretrained(folder)
    return folder


def _unet(width: int, **more: Any) -> Any:
    usual = {"cross_attention_dim": 32, **more}
    return diffusers.UNet2DConditionModel(
        block_out_channels=(width, 2 * width),
        layers_per_block=1,
        sample_size=32,
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        norm_num_groups=32,
        **usual,
    )


def _vae(latents: int = 4, *, quantised: bool = True) -> Any:
    return diffusers.AutoencoderKL(
        block_out_channels=[32, 64],
        in_channels=3,
        out_channels=3,
        down_block_types=["DownEncoderBlock2D"] * 2,
        up_block_types=["UpDecoderBlock2D"] * 2,
        latent_channels=latents,
        use_quant_conv=quantised,
        use_post_quant_conv=quantised,
        shift_factor=0.0,
    )


def _text_encoder(tokenizer: Any, kind: Any = None) -> Any:
    config = transformers.CLIPTextConfig(
        vocab_size=max(len(tokenizer), 200),
        hidden_size=32,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=2,
        max_position_embeddings=77,
        projection_dim=32,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return (kind or transformers.CLIPTextModel)(config)


def letters(folder: Path) -> Any:
    """A tokenizer of single letters: no vocabulary has to be fetched."""
    files = folder.with_name(f"{folder.name}-letters")
    files.mkdir(parents=True, exist_ok=True)
    signs = [chr(code) for code in range(33, 127)]
    words = [*signs, *(f"{sign}</w>" for sign in signs)]
    words += ["<|startoftext|>", "<|endoftext|>"]
    (files / "vocab.json").write_text(json.dumps({word: at for at, word in enumerate(words)}))
    (files / "merges.txt").write_text("#version: 0.2\n")
    return transformers.CLIPTokenizer(
        str(files / "vocab.json"), str(files / "merges.txt"), model_max_length=77
    )
