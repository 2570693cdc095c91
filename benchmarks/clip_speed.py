"""What a picture costs a tower of the size of CLIP ViT-B/32: gesso beside transformers and torch.

    python benchmarks/clip_speed.py [--work FOLDER] [--turns 3]

The tower has random weights and its real shape; it is written once into FOLDER (kept there) from
transformers, put into the layout that Immich uses, and made smaller by gesso itself. Each way runs
in a process of its own, in turns, on two threads, from pictures in memory to vectors of length 1:
CPU milliseconds a picture (the least of the turns), and for gesso the seconds from the start of
Python to the first vector, with the file in the page cache. torch runs twice: as it comes, where
its threads spin while they wait and that is charged to it, and with threads that sleep.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

COUNT, BATCH, THREADS = 48, 16, 2
LIMITS = {"ratio": 3.3, "cosine": 0.995, "first_s": 1.0}
SHAPE = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "patch_size": 32,
    "image_size": 224,
    "projection_dim": 512,
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--work", type=Path, default=Path("/tmp/gesso-clip-speed"))
    asked.add_argument("--turns", type=int, default=3)
    asked.add_argument("--worker", default="")
    told = asked.parse_args()
    if told.worker:
        print(json.dumps(WORKERS[told.worker](told.work)))
        return
    prepare(told.work)
    ways = ("torch fp32", "torch asleep", "gesso fp32", "gesso int8")
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(told.turns):
        for way in ways:
            found[way].append(run(way, told.work))
    firsts = [run("first", told.work) for _ in range(told.turns)]
    report(found, firsts, told.work)


def prepare(work: Path) -> None:
    """The tower in three forms: as torch keeps it, as ONNX, and of 8 bits."""
    if not (work / "fp32" / "visual" / "model.onnx").exists():
        shutil.rmtree(work, ignore_errors=True)
        (work / "fp32" / "visual").mkdir(parents=True)
        subprocess.run(
            [sys.executable, __file__, "--worker", "export", "--work", str(work)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    if not (work / "int8").exists():
        print(json.dumps(run("quantise", work)))


def export(work: Path) -> dict[str, Any]:
    import torch  # noqa: PLC0415 - each worker loads its own

    torch.manual_seed(0)
    model = _of_torch()
    torch.save(model.state_dict(), work / "weights.pt")

    class Tower(torch.nn.Module):  # type: ignore[misc] # torch is not checked here
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, image: Any) -> Any:
            found = self.model(pixel_values=image).image_embeds
            return found / found.norm(dim=-1, keepdim=True)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Tower(),
            (torch.zeros(2, 3, 224, 224),),
            str(work / "fp32" / "visual" / "model.onnx"),
            input_names=["image"],
            output_names=["embedding"],
            dynamic_axes={"image": {0: "batch"}, "embedding": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
    mean, std = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
    preprocess = {"size": 224, "mean": mean, "std": std, "resize_mode": "shortest"}
    (work / "fp32" / "visual" / "preprocess_cfg.json").write_text(json.dumps(preprocess))
    (work / "fp32" / "config.json").write_text(json.dumps({"embed_dim": 512}))
    return {}


def quantise(work: Path) -> dict[str, Any]:
    from gesso.core.encoders.clip.model.folder import read_folder  # noqa: PLC0415
    from gesso.core.encoders.clip.quantise import to_int8  # noqa: PLC0415

    began = time.process_time()
    made = to_int8(read_folder(work / "fp32"), work / "int8", lambda _: None)
    told = {"cosine over its probes": made.cosine, "MB": made.after / 1e6}
    return {"quantised in CPU s": time.process_time() - began, **told}


def torch_fp32(work: Path) -> dict[str, Any]:
    import torch  # noqa: PLC0415 - only the torch workers have it
    from PIL import Image  # noqa: PLC0415
    from transformers import CLIPImageProcessor  # noqa: PLC0415

    torch.set_num_threads(THREADS)
    model = _of_torch()
    model.load_state_dict(torch.load(work / "weights.pt"))
    processor = CLIPImageProcessor()

    def ready(arrays: list[Any]) -> Any:
        images = [Image.fromarray(array) for array in arrays]
        return processor(images=images, return_tensors="pt")

    def encode(arrays: list[Any]) -> Any:
        with torch.inference_mode():
            found = model(**ready(arrays)).image_embeds
        return (found / found.norm(dim=-1, keepdim=True)).numpy()

    return _timed(encode, ready, work / "torch.npy")


def gesso_fp32(work: Path) -> dict[str, Any]:
    return _gesso(work, "fp32")


def gesso_int8(work: Path) -> dict[str, Any]:
    return _gesso(work, "int8")


def first(work: Path) -> dict[str, Any]:
    """From the start of Python to the first vector."""
    array = arrays(1)[0]
    began, spent = time.perf_counter(), time.process_time()
    from gesso.core.encoders.clip.clip import Clip, ClipOptions  # noqa: PLC0415
    from gesso.core.pixels.picture import Picture  # noqa: PLC0415

    imported = time.perf_counter() - began
    clip = Clip(ClipOptions(model=str(work / "int8"), threads=THREADS))
    clip.pictures([Picture(array)])
    return {
        "import_s": imported,
        "first_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - spent,
        "load": os.getloadavg()[0],
    }


def _gesso(work: Path, form: str) -> dict[str, Any]:
    from gesso.core.encoders.clip.clip import Clip, ClipOptions  # noqa: PLC0415
    from gesso.core.encoders.clip.model.folder import read_folder  # noqa: PLC0415
    from gesso.core.encoders.clip.towers.reading import pictures_for  # noqa: PLC0415
    from gesso.core.encoders.clip.towers.tower import Tower  # noqa: PLC0415
    from gesso.core.pixels.picture import Picture  # noqa: PLC0415

    folder = work / form
    clip = Clip(ClipOptions(model=str(folder), threads=THREADS))
    ports = Tower(folder / "visual" / "model.onnx", "tower", 512).inputs
    read = read_folder(folder)

    def ready(arrays: list[Any]) -> Any:
        return pictures_for(ports, read, [Picture(one) for one in arrays])

    def encode(arrays: list[Any]) -> Any:
        return clip.pictures([Picture(one) for one in arrays])

    return _timed(encode, ready, work / f"{form}.npy")


def _of_torch() -> Any:
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection  # noqa: PLC0415

    return CLIPVisionModelWithProjection(CLIPVisionConfig(**SHAPE)).eval()


def _timed(encode: Any, ready: Any, path: Path) -> dict[str, Any]:
    given = arrays(COUNT)
    encode(given[:BATCH])
    ready(given[:BATCH])
    spent = time.process_time()
    for at in range(0, COUNT, BATCH):
        ready(given[at : at + BATCH])
    ready_ms = (time.process_time() - spent) / COUNT * 1e3
    spent, began = time.process_time(), time.perf_counter()
    found = [encode(given[at : at + BATCH]) for at in range(0, COUNT, BATCH)]
    cpu, wall = time.process_time() - spent, time.perf_counter() - began
    np.save(path, np.concatenate(found))
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    cpu_ms = cpu / COUNT * 1e3
    return {
        "cpu_ms": cpu_ms,
        "ready_ms": ready_ms,
        "tower_ms": cpu_ms - ready_ms,
        "wall_ms": wall / COUNT * 1e3,
        "rss_mb": rss,
    }


def arrays(count: int) -> list[Any]:
    """Pictures of 768 x 576 with shapes of every size."""
    found = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        down, across = np.mgrid[:576, :768]
        waves = sum(
            np.sin(across[..., None] / size + down[..., None] / rng.uniform(9, 90) + rng.random(3))
            for size in rng.uniform(3, 200, 4)
        )
        grain = rng.normal(scale=rng.uniform(0, 20), size=(576, 768, 3))
        found.append(
            np.clip(waves * 40 + rng.integers(60, 190, 3) + grain, 0, 255).astype(np.uint8)
        )
    return found


WORKERS: dict[str, Any] = {
    "export": export,
    "quantise": quantise,
    "torch fp32": torch_fp32,
    "torch asleep": torch_fp32,
    "gesso fp32": gesso_fp32,
    "gesso int8": gesso_int8,
    "first": first,
}


def run(way: str, work: Path) -> dict[str, Any]:
    said = subprocess.run(
        [sys.executable, __file__, "--worker", way, "--work", str(work)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | ({"OMP_WAIT_POLICY": "passive"} if way == "torch asleep" else {}),
    )
    told: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return told


def report(
    found: dict[str, list[dict[str, Any]]], firsts: list[dict[str, Any]], work: Path
) -> None:
    print(f"{COUNT} pictures of 768 x 576, given {BATCH} at once, {THREADS} threads")
    least = {way: min(turns, key=lambda one: one["cpu_ms"]) for way, turns in found.items()}
    for way, one in least.items():
        print(
            f"  {way:<12} {one['cpu_ms']:7.1f} CPU ms a picture ({one['ready_ms']:.1f} to make it "
            f"ready), {one['wall_ms']:7.1f} ms, {one['rss_mb']:6.0f} MB at most"
        )
    for way in ("torch fp32", "torch asleep"):
        for what, name in (("cpu_ms", "all of it"), ("tower_ms", "the tower")):
            turns = zip(found[way], found["gesso int8"], strict=True)
            ratios = [theirs[what] / ours[what] for theirs, ours in turns]
            best = least[way][what] / least["gesso int8"][what]
            print(
                f"  int8 against {way}, {name}: {best:.2f} times by the least, "
                f"{np.median(ratios):.2f} by the median turn (bar {LIMITS['ratio']})"
            )
    truth = np.load(work / "torch.npy")
    for form in ("fp32", "int8"):
        cosine = float((np.load(work / f"{form}.npy") * truth).sum(axis=1).min())
        print(f"  cosine of {form} to torch, least: {cosine:.5f} (bar {LIMITS['cosine']})")
    one = min(firsts, key=lambda one: one["first_s"])
    print(
        f"  import + load + first vector: {one['first_s']:.2f} s, of which import "
        f"{one['import_s']:.2f} s; {one['cpu_s']:.2f} CPU s; load of the machine {one['load']:.1f} "
        f"(bar {LIMITS['first_s']} s)"
    )


if __name__ == "__main__":
    main()
