"""Pipelines as large as those that people use, of random weights, to measure what they cost.

The shapes are those of the published configurations (runwayml/stable-diffusion-v1-5,
stabilityai/stable-diffusion-xl-base-1.0); Flux has a third of the blocks of
black-forest-labs/FLUX.1-schnell and a shorter T5. Weights are drawn where they will be used and
written in half precision, so that nothing has to be fetched: 2, 7 and 11 GB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from tests.stubs.tiny_pipelines import ddim, letters, quietly, turbo


@quietly
def save_random(kind: str, folder: Path, device: str) -> Path:
    """Write the pipeline `kind` of `KINDS` into a folder."""
    draw, scheduler = KINDS[kind]
    ready = (letters(folder), scheduler())
    with _drawn_in_half(device):
        pipeline = draw(*ready)
    pipeline.save_pretrained(folder)
    return folder


@contextmanager
def _drawn_in_half(device: str) -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float16)
    try:
        with torch.device(device):
            yield
    finally:
        torch.set_default_dtype(before)


def _stable_diffusion(tokenizer: Any, scheduler: Any) -> Any:
    unet = diffusers.UNet2DConditionModel(
        sample_size=64, cross_attention_dim=768, attention_head_dim=8
    )
    return diffusers.StableDiffusionPipeline(
        unet=unet,
        scheduler=scheduler,
        vae=_vae(),
        text_encoder=transformers.CLIPTextModel(_words(tokenizer, 768, 12, 12)),
        tokenizer=tokenizer,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _stable_diffusion_xl(tokenizer: Any, scheduler: Any) -> Any:
    unet = diffusers.UNet2DConditionModel(
        sample_size=128,
        block_out_channels=(320, 640, 1280),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 2, 10),
        attention_head_dim=(5, 10, 20),
        cross_attention_dim=2048,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
    )
    large = _words(tokenizer, 1280, 32, 20)
    return diffusers.StableDiffusionXLPipeline(
        unet=unet,
        scheduler=scheduler,
        vae=_vae(scaling_factor=0.13025, force_upcast=True),
        text_encoder=transformers.CLIPTextModel(_words(tokenizer, 768, 12, 12)),
        tokenizer=tokenizer,
        text_encoder_2=transformers.CLIPTextModelWithProjection(large),
        tokenizer_2=tokenizer,
    )


def _flux(tokenizer: Any, scheduler: Any) -> Any:
    words = transformers.T5Config(
        vocab_size=32128, d_model=4096, d_kv=64, d_ff=10240, num_layers=6, num_heads=64,
        feed_forward_proj="gated-gelu",
    )  # fmt: skip
    return diffusers.FluxPipeline(
        scheduler=scheduler,
        vae=_vae(
            latent_channels=16,
            use_quant_conv=False,
            use_post_quant_conv=False,
            scaling_factor=0.3611,
            shift_factor=0.1159,
        ),
        text_encoder=transformers.CLIPTextModel(_words(tokenizer, 768, 12, 12)),
        tokenizer=tokenizer,
        text_encoder_2=transformers.T5EncoderModel(words),
        tokenizer_2=tokenizer,
        transformer=diffusers.FluxTransformer2DModel(num_layers=6, num_single_layers=12),
    )


def _vae(**more: Any) -> Any:
    return diffusers.AutoencoderKL(
        block_out_channels=(128, 256, 512, 512),
        layers_per_block=2,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        **{"latent_channels": 4, **more},
    )


def _words(tokenizer: Any, width: int, layers: int, heads: int) -> Any:
    return transformers.CLIPTextConfig(
        vocab_size=49408,
        hidden_size=width,
        intermediate_size=4 * width,
        num_attention_heads=heads,
        num_hidden_layers=layers,
        projection_dim=width,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


KINDS: Mapping[str, tuple[Callable[[Any, Any], Any], Callable[[], Any]]] = {
    "sd15": (_stable_diffusion, ddim),
    "sdxl": (_stable_diffusion_xl, turbo),
    "flux": (_flux, diffusers.FlowMatchEulerDiscreteScheduler),
}
