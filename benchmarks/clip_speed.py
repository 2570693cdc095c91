"""What a picture costs a tower of the size of CLIP ViT-B/32: gesso beside transformers and torch.

    python benchmarks/clip_speed.py [--work FOLDER] [--turns 12]

The tower has random weights and its real shape; it is written once into FOLDER (kept there) from
transformers, put into the layout that Immich uses, and made smaller by gesso itself; after a change
of how that is done, remove FOLDER/int8. Each way has a process of its own that stays, and they take
short turns of 16 pictures, each round beginning with another, so that what else the machine does
hits all alike: from pictures in memory to vectors of length 1, on two cores, with the pictures made
ready and without. torch runs three ways: as it comes on two threads, where its threads spin while
they wait and that is charged to it; with threads that sleep; and on one thread, which wastes
nothing and is slower. Ratios are of turns in the same round. For gesso also the seconds from the
start of Python to the first vector, with the file in the page cache.
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

COUNT, THREADS = 16, 2
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


WAYS = ("torch fp32", "torch asleep", "torch alone", "gesso fp32", "gesso int8")
Turn = dict[str, float]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--work", type=Path, default=Path("/tmp/gesso-clip-speed"))
    asked.add_argument("--turns", type=int, default=12)
    asked.add_argument("--worker", default="")
    told = asked.parse_args()
    if told.worker in STAYING:
        STAYING[told.worker](told.work)
        return
    if told.worker:
        print(json.dumps(ONCE[told.worker](told.work)))
        return
    prepare(told.work)
    found = take_turns(told.turns, told.work)
    firsts = [run("first", told.work) for _ in range(3)]
    report(found, firsts, told.work)


def take_turns(rounds: int, work: Path) -> dict[str, list[Turn]]:
    """Let every way read the same pictures, one after the other, again and again."""
    found: dict[str, list[Turn]] = {way: [] for way in WAYS}
    workers = {way: start(way, work) for way in WAYS}
    try:
        for worker in workers.values():
            turn(worker)  # the first one loads and warms up
        for at in range(rounds):
            first = at % len(WAYS)
            for way in (*WAYS[first:], *WAYS[:first]):
                found[way].append(turn(workers[way]))
    finally:
        for worker in workers.values():
            worker.kill()
            worker.wait()
    return found


def turn(worker: subprocess.Popen[str]) -> Turn:
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write("go\n")
    worker.stdin.flush()
    told: Turn = json.loads(worker.stdout.readline())
    return told


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


def torch_fp32(work: Path) -> None:
    _torch(work, THREADS)


def torch_alone(work: Path) -> None:
    _torch(work, 1)


def _torch(work: Path, threads: int) -> None:
    import torch  # noqa: PLC0415 - only the torch workers have it
    from PIL import Image  # noqa: PLC0415
    from transformers import CLIPImageProcessor  # noqa: PLC0415

    torch.set_num_threads(threads)
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

    _stay(encode, ready, work / "torch.npy")


def gesso_fp32(work: Path) -> None:
    _gesso(work, "fp32")


def gesso_int8(work: Path) -> None:
    _gesso(work, "int8")


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


def _gesso(work: Path, form: str) -> None:
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

    _stay(encode, ready, work / f"{form}.npy")


def _of_torch() -> Any:
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection  # noqa: PLC0415

    return CLIPVisionModelWithProjection(CLIPVisionConfig(**SHAPE)).eval()


def _stay(encode: Any, ready: Any, path: Path) -> None:
    """Take a turn whenever one is asked for."""
    given = arrays(COUNT)
    np.save(path, encode(given))
    for _ in sys.stdin:
        ready_cpu, _ = _spent(lambda: ready(given))
        cpu, wall = _spent(lambda: encode(given))
        told = {"cpu": cpu, "wall": wall, "ready": ready_cpu, "tower": cpu - ready_cpu}
        told["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(json.dumps(told), flush=True)


def _spent(work: Any) -> tuple[float, float]:
    """CPU and wall milliseconds a picture."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return cpu / COUNT * 1e3, wall / COUNT * 1e3


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


ONCE: dict[str, Any] = {"export": export, "quantise": quantise, "first": first}
STAYING: dict[str, Any] = {
    "torch fp32": torch_fp32,
    "torch asleep": torch_fp32,
    "torch alone": torch_alone,
    "gesso fp32": gesso_fp32,
    "gesso int8": gesso_int8,
}


def command(way: str, work: Path) -> list[str]:
    return [sys.executable, __file__, "--worker", way, "--work", str(work)]


def start(way: str, work: Path) -> subprocess.Popen[str]:
    sleeps = {"OMP_WAIT_POLICY": "passive"} if way == "torch asleep" else {}
    return subprocess.Popen(
        command(way, work),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TRANSFORMERS_VERBOSITY": "error"} | sleeps,
    )


def run(way: str, work: Path) -> dict[str, Any]:
    said = subprocess.run(command(way, work), check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return told


def report(found: dict[str, list[Turn]], firsts: list[dict[str, Any]], work: Path) -> None:
    rounds = len(found["gesso int8"])
    print(f"{rounds} turns of {COUNT} pictures of 768 x 576, {THREADS} cores; ms a picture")
    for way, turns in found.items():
        cpu, wall, ready = (_of(turns, what) for what in ("cpu", "wall", "ready"))
        print(
            f"  {way:<12} CPU {min(cpu):6.1f} least {np.median(cpu):6.1f} median, wall "
            f"{min(wall):6.1f} least {np.median(wall):6.1f} median; of the CPU {min(ready):.1f} "
            f"to make it ready; {max(_of(turns, 'rss_mb')):.0f} MB at most"
        )
    print(f"  int8 against (bar {LIMITS['ratio']}): by the least turns, by the median round")
    for way in WAYS[:3]:
        for name, what in (("tower, CPU", "tower"), ("all, CPU", "cpu"), ("all, wall", "wall")):
            theirs, ours = _of(found[way], what), _of(found["gesso int8"], what)
            ratios = [their / our for their, our in zip(theirs, ours, strict=True)]
            print(
                f"    {way:<12} {name:<10} {min(theirs) / min(ours):5.2f} {np.median(ratios):5.2f}"
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


def _of(turns: list[Turn], what: str) -> list[float]:
    return [one[what] for one in turns]


if __name__ == "__main__":
    main()
