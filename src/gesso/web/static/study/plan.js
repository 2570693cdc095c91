// A value plan and a notan of tones: gesso/study/tools/lights/value_plan.py and notan.py, step by
// step. Pure: no page, no canvas, so that a worker runs it and a test compares it with the server.

import { A_VALUE, bandsOf, counted, planCuts } from "./tones.js";
import { mergeSmall } from "./patches.js";

const LEAST_STEP = 2;
const LEAST_SHARE = 0.001;

/**
 * Bands of a picture.
 *
 * @param {{tones: Uint8Array, smooth: Uint8Array, width: number, height: number}} picture
 *   its tones as they are, and lightly smoothed, which are cut.
 * @param {{count: number, cut: string, cuts?: number[]}} wishes how many; `cuts` are a person's own.
 * @returns bands (0 the darkest) at each pixel, their levels (L*) and shares, the cuts between.
 */
export function planOf({ tones, smooth, width, height }, { count, cut, cuts: own }) {
  const cuts = own ?? planCuts(counted(smooth), count, cut);
  const table = bandsOf(cuts);
  const parted = Uint8Array.from(smooth, (tone) => table[tone]);
  const values = Float64Array.from(tones, (tone) => tone / A_VALUE);
  const merged = mergeSmall(values, parted, width, height, cuts.length + 1, LEAST_SHARE);
  const held = new Array(cuts.length + 1).fill(false);
  for (let at = 0; at < merged.length; at += 1) held[merged[at]] = true;
  const left = held.flatMap((is, band) => (is ? [band] : []));
  let found = relevelled(values, merged, cuts.length + 1);
  let kept = left.slice(1).map((band) => cuts[band - 1]);
  while (!own && found.levels.length > 1) {
    const steps = found.levels.slice(1).map((level, at) => Math.fround(level - found.levels[at]));
    const least = Math.min(...steps), at = steps.indexOf(least);
    if (least >= LEAST_STEP) break;
    const joined = found.bands.map((band) => (band > at ? band - 1 : band));
    found = relevelled(values, joined, found.levels.length);
    kept = kept.filter((_, place) => place !== at);
  }
  return { ...found, cuts: kept, asked: count };
}

/** The share below a cut, of the tones that a notan is cut of. */
export function darkShare(smooth, tone) {
  let dark = 0;
  for (let at = 0; at < smooth.length; at += 1) if (smooth[at] < tone) dark += 1;
  return dark / smooth.length;
}

function relevelled(values, labels, many) {
  const sizes = new Float64Array(many), sums = new Float64Array(many);
  for (let at = 0; at < labels.length; at += 1) {
    sizes[labels[at]] += 1;
    sums[labels[at]] += values[at];
  }
  const held = [...sizes.keys()].filter((label) => sizes[label] > 0);
  const mean = (label) => sums[label] / sizes[label];
  held.sort((one, other) => mean(one) - mean(other));
  const rank = new Uint8Array(many);
  held.forEach((label, place) => { rank[label] = place; });
  return {
    bands: labels.map((label) => rank[label]),
    levels: held.map((label) => Math.fround(mean(label))),
    shares: held.map((label) => sizes[label] / labels.length),
  };
}
