// Tones and cuts: gesso/study/regions/tones.py, step by step. Whole numbers are counted on both
// sides, so the server and this page come to the same cuts.

export const A_VALUE = 2.55;
const NEAREST = 4 * A_VALUE;

const LINEAR = Float32Array.from({ length: 256 }, (_, step) => {
  const part = step / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
});
const KNEE = (6 / 29) ** 3, SLOPE = (29 / 3) ** 3;

/** The sRGB gray (0 to 255) that measures as each tone, nearest. */
export const GRAYS = (() => {
  const values = Array.from(LINEAR, (light) => valueOfLight(light));
  let gray = 0;
  return Uint8Array.from({ length: 256 }, (_, tone) => {
    const wanted = tone / A_VALUE;
    while (gray < 255 && Math.abs(values[gray + 1] - wanted) < Math.abs(values[gray] - wanted)) gray += 1;
    return gray;
  });
})();

function valueOfLight(light) {
  return light <= KNEE ? light * SLOPE : 116 * Math.cbrt(light) - 16;
}

/** The tone of every light, 0 to 1 in 4,096 steps: a table, because a picture has a million. */
const TONE_OF_LIGHT = Uint8Array.from({ length: 4097 }, (_, step) =>
  Math.floor(Math.max(0, valueOfLight(step / 4096)) * A_VALUE + 0.5));

/** Tones of sRGB pixels (RGBA bytes), L* times 2.55. Dark lights are worked out, not looked up. */
export function tonesOfPixels(rgba) {
  const tones = new Uint8Array(rgba.length / 4);
  for (let at = 0, from = 0; at < tones.length; at += 1, from += 4) {
    const light = 0.2126 * LINEAR[rgba[from]] + 0.7152 * LINEAR[rgba[from + 1]] + 0.0722 * LINEAR[rgba[from + 2]];
    tones[at] = light < 0.02
      ? Math.floor(valueOfLight(light) * A_VALUE + 0.5)
      : TONE_OF_LIGHT[Math.round(light * 4096)];
  }
  return tones;
}

/** The whole tone of a cut at an L*. */
export const toneOf = (value) => Math.floor(value * 255 / 100 + 0.5);

/** How many there are of each tone. */
export function counted(tones) {
  const counts = new Float64Array(256);
  for (let at = 0; at < tones.length; at += 1) counts[tones[at]] += 1;
  return counts;
}

/** Where a plan is cut, rising: whole tones; what lies on a cut is of the lighter side. */
export function planCuts(counts, count, cut) {
  if (cut === "natural") return naturalCuts(counts, count);
  if (cut === "even") {
    return Array.from({ length: count - 1 }, (_, part) => Math.ceil(255 * (part + 1) / count));
  }
  const below = new Float64Array(256);
  for (let tone = 1; tone < 256; tone += 1) below[tone] = below[tone - 1] + counts[tone - 1];
  const total = below[255] + counts[255];
  const cuts = new Set();
  for (let part = 1; part < count; part += 1) {
    let best = -1, least = Infinity;
    for (let tone = 0; tone < 256; tone += 1) {
      if (below[tone] <= 0 || below[tone] >= total) continue;
      const off = Math.abs(below[tone] * count - total * part);
      if (off < least) [best, least] = [tone, off];
    }
    if (best >= 0) cuts.add(best);
  }
  return [...cuts].sort((one, other) => one - other);
}

/** Cuts midway between the levels with the least squared error: k-means in one dimension, solved. */
export function naturalCuts(counts, most, nearest = NEAREST) {
  const places = [], weights = [];
  counts.forEach((weight, tone) => { if (weight > 0) { places.push(tone); weights.push(weight); } });
  const levels = naturalParts(places, weights, most, nearest);
  return levels.slice(1).map((level, at) => Math.ceil((level + levels[at]) / 2));
}

function naturalParts(places, weights, most, nearest) {
  const many = places.length, wanted = Math.min(most, many);
  const mass = new Float64Array(many + 1), first = new Float64Array(many + 1), second = new Float64Array(many + 1);
  for (let at = 0; at < many; at += 1) {
    mass[at + 1] = mass[at] + weights[at];
    first[at + 1] = first[at] + weights[at] * places[at];
    second[at + 1] = second[at] + weights[at] * places[at] * places[at];
  }
  const cost = (begin, end) => {
    const inside = mass[end] - mass[begin], sum = first[end] - first[begin];
    return second[end] - second[begin] - sum * sum / inside;
  };
  let best = new Float64Array(many + 1).fill(Infinity);
  best[0] = 0;
  const begins = [null];
  for (let level = 1; level <= wanted; level += 1) {
    const reached = new Float64Array(many + 1).fill(Infinity), from = new Int32Array(many + 1);
    for (let end = 1; end <= many; end += 1) {
      for (let begin = 0; begin < end; begin += 1) {
        const total = best[begin] + cost(begin, end);
        if (total < reached[end]) { reached[end] = total; from[end] = begin; }
      }
    }
    begins.push(from);
    best = reached;
  }
  for (let count = wanted; count > 0; count -= 1) {
    const bounds = [many];
    for (let level = count; level > 0; level -= 1) bounds.unshift(begins[level][bounds[0]]);
    const levels = [];
    for (let at = 0; at < count; at += 1) {
      const [begin, end] = [bounds[at], bounds[at + 1]];
      levels.push((first[end] - first[begin]) / (mass[end] - mass[begin]));
    }
    if (count === 1 || levels.every((level, at) => at === 0 || level - levels[at - 1] >= nearest)) return levels;
  }
  return [];
}

/** The band of each tone, 0 the darkest. */
export function bandsOf(cuts) {
  let band = 0;
  return Uint8Array.from({ length: 256 }, (_, tone) => {
    while (band < cuts.length && cuts[band] <= tone) band += 1;
    return band;
  });
}

/** Tones blurred as by half-closed eyes: two box blurs of a radius in pixels, edges held; the second may be wider. */
export function squinted(tones, width, height, radius, then = radius) {
  const most = Math.min(width, height) - 1, first = Math.min(radius, most), second = Math.min(then, most);
  if (second < 1) return tones;
  const [half, whole] = [new tones.constructor(tones.length), new tones.constructor(tones.length)];
  across(tones, half, width, height, first);
  down(half, whole, width, height, first);
  across(whole, half, width, height, second);
  return down(half, whole, width, height, second);
}

/** Means of each pixel's neighbours in its row; beyond the border the last one counts again. */
function across(from, to, width, height, radius) {
  const wide = 2 * radius + 1, last = width - 1;
  for (let line = 0; line < height; line += 1) {
    const start = line * width, end = start + last, first = from[start], final = from[end];
    let sum = (radius + 1) * first;
    for (let at = start + 1; at <= start + radius; at += 1) sum += from[Math.min(end, at)];
    // Where the reach begins and ends within the row nothing has to be asked.
    const inner = start + radius, outer = end - radius;
    for (let at = start; at <= end; at += 1) {
      to[at] = (sum + radius) / wide;
      sum += (at < outer ? from[at + radius + 1] : final) - (at > inner ? from[at - radius] : first);
    }
  }
  return to;
}

/** The same in columns, a row at a time: memory is walked through as it lies. */
function down(from, to, width, height, radius) {
  const wide = 2 * radius + 1, last = height - 1, sums = new Int32Array(width);
  for (let step = -radius; step <= radius; step += 1) {
    const row = Math.min(last, Math.max(0, step)) * width;
    for (let x = 0; x < width; x += 1) sums[x] += from[row + x];
  }
  for (let line = 0; line < height; line += 1) {
    const row = line * width;
    const comes = Math.min(last, line + radius + 1) * width, goes = Math.max(0, line - radius) * width;
    for (let x = 0; x < width; x += 1) {
      const sum = sums[x];
      to[row + x] = (sum + radius) / wide;
      sums[x] = sum + from[comes + x] - from[goes + x];
    }
  }
  return to;
}

/** Half the size: means of four. */
export function halved({ data, width, height }) {
  const small = { width: width >> 1, height: height >> 1 };
  small.data = new Uint8Array(small.width * small.height);
  for (let y = 0, at = 0; y < small.height; y += 1) {
    for (let x = 0, from = 2 * y * width; x < small.width; x += 1, at += 1, from += 2) {
      small.data[at] = (data[from] + data[from + 1] + data[from + width] + data[from + width + 1] + 2) >> 2;
    }
  }
  return small;
}
