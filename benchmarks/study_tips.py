"""How the two tips spread over real paintings, and whether each what-if keeps its promise.

    python benchmarks/study_tips.py [FOLDER]

FOLDER holds the sample data (GESSO_SAMPLE_DATA, or ../shared/data). Bars: no tip on more than 20 %
of the pictures, 5.5 bits of entropy over pairs, promises kept on 95 % of the pictures where the
rule applies.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from gesso.core.pixels.decode import DecodeLimits, decode
from gesso.study.easel import Easel, EaselOptions
from gesso.study.measures.measures import measure
from gesso.study.tips.rules import Rule
from gesso.study.tips.tips import advise, lacking
from gesso.study.tools.what_if.preview import changed

SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA") or "../shared/data")


def keeps_promise(rule: Rule, easel: Easel, before: dict[str, float]) -> bool:
    if rule.promise is None:
        return True
    metric, way = rule.promise
    after = measure(Easel(changed(easel, rule.what_if), easel.options))
    return way * (after.get(metric, before[metric]) - before[metric]) > 0


def main() -> None:
    samples = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    cv2.setNumThreads(1)
    paths = sorted((samples / "images").glob("*.jpg"))
    applied: Counter[str] = Counter()
    said: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    pairs: Counter[tuple[str, ...]] = Counter()
    for path in paths:
        picture = decode(path.read_bytes(), DecodeLimits(), path.name).picture
        easel = Easel(picture, EaselOptions())
        metrics = measure(easel)
        for rule in lacking(metrics, "none"):
            applied[rule.id] += 1
            kept[rule.id] += keeps_promise(rule, easel, metrics)
        tips = advise(easel, metrics, "none").tips
        said.update(tip.rule for tip in tips)
        pairs[tuple(sorted(tip.rule for tip in tips))] += 1
    count = len(paths)
    shares = np.array(list(pairs.values())) / count
    entropy = -(shares * np.log2(shares)).sum()
    print(f"{count} pictures")
    print(f"{'tip':22} {'applies':>8} {'said':>8} {'promise kept':>13}")
    for name, _ in (applied + said).most_common():
        promise = f"{kept[name]}/{applied[name]}" if applied[name] else "-"
        print(f"{name:22} {applied[name] / count:8.1%} {said[name] / count:8.1%} {promise:>13}")
    rates = [kept[name] / applied[name] for name in applied]
    whole = sum(kept.values()) / sum(applied.values())
    print(f"most said: {max(said.values()) / count:.1%} of the pictures (bar 20 %)")
    print(f"most applied: {max(applied.values()) / count:.1%}")
    print(f"entropy of pairs: {entropy:.2f} bits over {len(pairs)} (bar 5.5)")
    print(f"promises kept: {whole:.1%}, worst rule {min(rates):.1%} (bar 95 %)")


if __name__ == "__main__":
    main()
