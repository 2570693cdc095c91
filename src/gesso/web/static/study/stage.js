// What is drawn on the stage: planes at working size enlarged to about a megapixel, once; each step
// of a slider is then one table and one pass over the pixels.

import { GRAYS, bandsOf, counted, halved, planCuts, squinted, tonesOfPixels } from "./tones.js";
import { patchesOf } from "./patches.js";

const PIXELS = 1e6;
const MOST_TIMES = 4;
/** Steps of an enlarged tone: borders between two tones are smooth. */
const FINE = 64;
const DARK = 12, LIGHT = 96;
/** Pixels: a blur twice as wide is made at half the size. */
const LEAST_RADIUS = 4;

/** A gray as canvas pixels hold it. */
const gray32 = (step) => (0xff000000 | (step << 16) | (step << 8) | step) >>> 0;
const grayOfValue = (value) => GRAYS[Math.max(0, Math.min(255, Math.round(value * 2.55)))];

/** One map of a study, as bytes: the red channel of a PNG, untouched by colour management. */
export async function mapAt(href) {
  const blob = await (await fetch(href)).blob();
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const { data, width, height } = pixelsOf(bitmap, bitmap.width, bitmap.height);
  return { data: Uint8Array.from({ length: width * height }, (_, at) => data[4 * at]), width, height };
}

function pixelsOf(image, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

export class Stage {
  /**
   * @param {HTMLCanvasElement} canvas what is drawn on.
   * @param {HTMLImageElement} photo the picture itself.
   * @param {{width: number, height: number}} map the size that the study was read at.
   */
  constructor(canvas, photo, map) {
    const times = Math.min(MOST_TIMES, Math.sqrt(PIXELS / (map.width * map.height)));
    canvas.width = Math.max(1, Math.round(map.width * times));
    canvas.height = Math.max(1, Math.round(map.height * times));
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.photo = photo;
    this.image = this.context.createImageData(canvas.width, canvas.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.kept = new Map();
  }

  /** The same plane enlarged, kept until another takes its name. */
  enlarged(name, plane) {
    const held = this.kept.get(name);
    if (held && held.plane === plane) return held.large;
    const { width, height } = this.canvas;
    // Fresh memory costs as much as what is written into it: the last one's is taken again.
    const steps = enlarge(plane.data, plane.width, plane.height, width, height, FINE, held?.large);
    // The corners of the small pixels are rounded off, where no squint has done so; borders stay
    // where they are.
    const large = plane.isSoft ? steps : squinted(steps, width, height, Math.round(0.6 * width / plane.width));
    this.kept.set(name, { plane, large });
    return large;
  }

  /** Bands of a plan: `cuts` of the plane's tones, each band at its level; specks as they were merged. */
  bands(plane, plan) {
    const large = this.enlarged("plan", plane);
    const table = bandsOf(plan.cuts);
    const colours = Uint32Array.from(plan.levels, (level) => gray32(grayOfValue(level)));
    const lut = Uint32Array.from(table, (band) => colours[Math.min(band, colours.length - 1)]);
    const fine = finely(lut), { pixels } = this;
    for (let at = 0; at < pixels.length; at += 1) pixels[at] = fine[large[at]];
    if (plan.bands) this.mend(plane, plan, table, colours, lut);
    this.show();
  }

  /** Where a speck has joined a neighbour, it is drawn as that neighbour. */
  mend({ data, width, height }, plan, table, colours, lut) {
    const { canvas, pixels } = this, across = canvas.width / width, down = canvas.height / height;
    for (let at = 0; at < data.length; at += 1) {
      if (plan.bands[at] === table[data[at]]) continue;
      const x = at % width, y = (at - x) / width, was = lut[data[at]], is = colours[plan.bands[at]];
      const right = Math.min(canvas.width, Math.ceil((x + 1.5) * across));
      const bottom = Math.min(canvas.height, Math.ceil((y + 1.5) * down));
      for (let row = Math.max(0, Math.floor((y - 0.5) * down)); row < bottom; row += 1) {
        for (let column = Math.max(0, Math.floor((x - 0.5) * across)); column < right; column += 1) {
          const place = row * canvas.width + column;
          if (pixels[place] === was) pixels[place] = is;
        }
      }
    }
  }

  /** Two values, parted at a tone. */
  notan(plane, tone) {
    const large = this.enlarged("notan", plane), { pixels } = this;
    const [dark, light] = [gray32(grayOfValue(DARK)), gray32(grayOfValue(LIGHT))];
    const edge = (tone - 0.5) * FINE;
    for (let at = 0; at < pixels.length; at += 1) pixels[at] = large[at] < edge ? dark : light;
    this.show();
  }

  /** Blocks at their levels with their numbers; where some are pointed at, the others step back. */
  blocks(map, levels, pointed = []) {
    const large = this.labels(map, levels.length), { pixels, canvas, context } = this;
    const colours = Uint32Array.from(levels, ({ block, level }) => {
      const far = pointed.length && !pointed.includes(block);
      return gray32(grayOfValue(far ? 50 + (level - 50) * 0.16 : level));
    });
    for (let at = 0; at < pixels.length; at += 1) pixels[at] = colours[large[at]];
    this.show();
    const size = Math.round(canvas.width / 46) + 6;
    context.font = `600 ${size}px "Instrument Sans", sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const { label, x, y } of this.poles(map, levels.length)) {
      const { block, level } = levels[label];
      if (pointed.length && !pointed.includes(block)) continue;
      context.fillStyle = level < 55 ? "#fafafa" : "#181818";
      context.fillText(String(block), x * canvas.width, y * canvas.height);
    }
  }

  /** The label at each pixel of the stage: each level is enlarged, and the most wins. */
  labels(map, many) {
    const held = this.kept.get("labels");
    if (held && held.map === map) return held.large;
    const { width, height } = this.canvas;
    const large = new Uint8Array(width * height), best = new Uint16Array(width * height);
    for (let label = 0; label < many; label += 1) {
      const mask = Uint8Array.from(map.data, (one) => (one === label ? 255 : 0));
      const steps = enlarge(mask, map.width, map.height, width, height, 1);
      const here = squinted(steps, width, height, Math.round(0.5 * width / map.width));
      for (let at = 0; at < here.length; at += 1) {
        if (here[at] > best[at]) { best[at] = here[at]; large[at] = label; }
      }
    }
    this.kept.set("labels", { map, large });
    return large;
  }

  /** The place furthest inside each patch of one part in a hundred or more. */
  poles(map, many) {
    const held = this.kept.get("poles");
    if (held && held.map === map) return held.found;
    const { data, width, height } = map;
    const patches = patchesOf(data, width, height, many);
    const depth = depths(patches.index, width, height);
    const deepest = patches.areas.map(() => [-1, -1]);
    for (let at = 0; at < depth.length; at += 1) {
      const one = deepest[patches.index[at]];
      if (depth[at] > one[0]) { one[0] = depth[at]; one[1] = at; }
    }
    const found = deepest.flatMap(([, at], patch) => (patches.areas[patch] < 0.01 * data.length ? [] : [{
      label: patches.labels[patch],
      x: ((at % width) + 0.5) / width,
      y: (Math.floor(at / width) + 0.5) / height,
    }]));
    this.kept.set("poles", { map, found });
    return found;
  }

  /** The picture in its true grays, blurred by a squint: a radius in parts of the width. */
  grays(squint) {
    const { width, height } = this.canvas;
    const held = this.kept.get("grays");
    const soft = held?.squint === squint ? held.soft : this.softened(Math.round(squint * Math.max(width, height)));
    this.kept.set("grays", { squint, soft });
    const table = Uint32Array.from(GRAYS, gray32), { pixels } = this;
    for (let at = 0; at < pixels.length; at += 1) pixels[at] = table[soft[at]];
    this.show();
  }

  /** The tones of the photo, blurred by a radius; a wide blur at a small size, which holds all that is left. */
  softened(radius) {
    const { width, height } = this.canvas;
    this.tones ??= [{ data: tonesOfPixels(pixelsOf(this.photo, width, height).data), width, height }];
    let size = 0;
    // Of one row or column there is no half.
    const isWide = () => Math.min(this.tones[size].width, this.tones[size].height) > 1;
    for (; radius >> size >= 2 * LEAST_RADIUS && isWide(); size += 1) this.tones[size + 1] ??= halved(this.tones[size]);
    const small = this.tones[size];
    // The radii of the two blurs add up to what a whole one would miss by half.
    const both = Math.round(2 * radius / 2 ** size);
    const soft = squinted(small.data, small.width, small.height, both >> 1, both - (both >> 1));
    return size ? enlarge(soft, small.width, small.height, width, height, 1) : soft;
  }

  /** Any picture that lies over the whole: the photo, a sheet. */
  whole(image) {
    this.context.imageSmoothingQuality = "high";
    this.context.drawImage(image, 0, 0, this.canvas.width, this.canvas.height);
  }

  show() {
    this.context.putImageData(this.image, 0, 0);
  }
}

/** Levels of a plan before its specks are merged: at once, while the worker is at it. */
export function roughly(plane, tones, cuts) {
  const table = bandsOf(cuts), sums = new Float64Array(cuts.length + 1), sizes = new Float64Array(cuts.length + 1);
  for (let at = 0; at < plane.data.length; at += 1) {
    const band = table[plane.data[at]];
    sums[band] += tones[at];
    sizes[band] += 1;
  }
  return {
    cuts,
    levels: [...sums].map((sum, band) => (sizes[band] ? sum / sizes[band] / 2.55 : 0)),
    shares: [...sizes].map((size) => size / plane.data.length),
  };
}

/** Counts of a plane, kept with it. */
export function countsOf(plane) {
  plane.counts ??= counted(plane.data);
  return plane.counts;
}

/** A table by tones as one by fine steps: between two tones the border lies halfway. */
function finely(lut) {
  const fine = new Uint32Array(255 * FINE + 1);
  for (let tone = 0; tone < 256; tone += 1) fine.fill(lut[tone], Math.max(0, (tone - 0.5) * FINE), (tone + 0.5) * FINE);
  return fine;
}

/** Cuts of a plane, kept with it. */
export function cutsOf(plane, count, cut) {
  plane.cuts ??= new Map();
  const key = `${count} ${cut}`;
  if (!plane.cuts.has(key)) plane.cuts.set(key, planCuts(countsOf(plane), count, cut));
  return plane.cuts.get(key);
}

/** Bytes enlarged between pixel centres, as the server enlarges them, in `fine` steps of one. */
function enlarge(data, width, height, wide, high, fine, large = new Uint16Array(wide * high)) {
  const places = (long, from) => Array.from({ length: long }, (_, at) => {
    const place = Math.min(from - 1, Math.max(0, (at + 0.5) * from / long - 0.5));
    const low = Math.floor(place);
    return [low, Math.min(from - 1, low + 1), place - low];
  });
  const columns = places(wide, width);
  const left = Int32Array.from(columns, ([low]) => low), right = Int32Array.from(columns, ([, next]) => next);
  const parts = Int32Array.from(columns, ([, , part]) => Math.round(part * 256));
  const line = new Int32Array(width);
  let at = 0;
  for (const [low, next, part] of places(high, height)) {
    const share = Math.round(part * 256), above = low * width, below = next * width;
    for (let x = 0; x < width; x += 1) line[x] = data[above + x] * (256 - share) + data[below + x] * share;
    for (let x = 0; x < wide; x += 1, at += 1) {
      const from = line[left[x]];
      large[at] = ((256 * from + (line[right[x]] - from) * parts[x]) * fine + 32768) >> 16;
    }
  }
  return large;
}

/** How deep each pixel lies in its patch: steps to the border, straight 2 and aslant 3. */
function depths(index, width, height) {
  const depth = new Int32Array(index.length).fill(1 << 28);
  const relax = (at, x, y, dx, dy, cost) => {
    const beside = x + dx, beyond = y + dy;
    const inside = beside >= 0 && beside < width && beyond >= 0 && beyond < height;
    const other = at + dy * width + dx;
    const near = inside && index[other] === index[at] ? depth[other] + cost : cost;
    if (near < depth[at]) depth[at] = near;
  };
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) {
      relax(at, x, y, -1, 0, 2); relax(at, x, y, 0, -1, 2); relax(at, x, y, -1, -1, 3); relax(at, x, y, 1, -1, 3);
    }
  }
  for (let y = height - 1, at = index.length - 1; y >= 0; y -= 1) {
    for (let x = width - 1; x >= 0; x -= 1, at -= 1) {
      relax(at, x, y, 1, 0, 2); relax(at, x, y, 0, 1, 2); relax(at, x, y, 1, 1, 3); relax(at, x, y, -1, 1, 3);
    }
  }
  return depth;
}
