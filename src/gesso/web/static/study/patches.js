// Connected patches and their merging: gesso/study/regions/patches.py and merging.py, step by step,
// with the same numbers, the same order and the same ties.

const BORDER_PULL = 2;

/** Number the 4-connected patches label by label, each from the top left. */
export function patchesOf(labels, width, height, many) {
  const size = labels.length, index = new Int32Array(size).fill(-1), stack = new Int32Array(size);
  const owners = [], areas = [];
  // One pass finds them in reading order; numbers then go label by label.
  const order = Array.from({ length: many }, () => []);
  for (let start = 0; start < size; start += 1) {
    if (index[start] >= 0) continue;
    const label = labels[start], patch = owners.length;
    let top = 0, area = 0;
    stack[top] = start; top += 1;
    index[start] = patch;
    while (top) {
      top -= 1;
      const at = stack[top], x = at % width;
      area += 1;
      if (x > 0 && index[at - 1] < 0 && labels[at - 1] === label) { index[at - 1] = patch; stack[top] = at - 1; top += 1; }
      if (x < width - 1 && index[at + 1] < 0 && labels[at + 1] === label) { index[at + 1] = patch; stack[top] = at + 1; top += 1; }
      if (at >= width && index[at - width] < 0 && labels[at - width] === label) { index[at - width] = patch; stack[top] = at - width; top += 1; }
      if (at < size - width && index[at + width] < 0 && labels[at + width] === label) { index[at + width] = patch; stack[top] = at + width; top += 1; }
    }
    owners.push(label);
    areas.push(area);
    order[label].push(patch);
  }
  const rank = new Int32Array(owners.length), flat = order.flat();
  flat.forEach((patch, number) => { rank[patch] = number; });
  for (let at = 0; at < size; at += 1) index[at] = rank[index[at]];
  return { index, labels: flat.map((patch) => owners[patch]), areas: flat.map((patch) => areas[patch]) };
}

/** For each patch its neighbours with the length of the shared border, in order of meeting by number. */
function bordersOf(index, width, height, many) {
  const lengths = new Map();
  const meet = (one, other) => {
    if (one === other) return;
    const key = Math.min(one, other) * many + Math.max(one, other);
    lengths.set(key, (lengths.get(key) ?? 0) + 1);
  };
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) {
      if (x < width - 1) meet(index[at], index[at + 1]);
      if (y < height - 1) meet(index[at], index[at + width]);
    }
  }
  const borders = Array.from({ length: many }, () => new Map());
  for (const key of [...lengths.keys()].sort((one, other) => one - other)) {
    const one = Math.floor(key / many), other = key % many;
    borders[one].set(other, lengths.get(key));
    borders[other].set(one, lengths.get(key));
  }
  return borders;
}

/** Labels after every patch below `leastShare` of the area has joined the neighbour it fits best. */
export function mergeSmall(values, labels, width, height, many, leastShare) {
  const patches = patchesOf(labels, width, height, many);
  if (patches.areas.length < 2) return labels;
  const masses = new Masses(values, labels, patches, width, height, many);
  masses.merge(Math.floor(leastShare * labels.length));
  return masses.labels();
}

class Masses {
  constructor(values, labels, patches, width, height, many) {
    const count = patches.areas.length;
    this.index = patches.index;
    this.label = patches.labels;
    this.area = patches.areas.slice();
    this.sum = new Float64Array(count);
    this.borders = bordersOf(patches.index, width, height, count);
    this.into = Int32Array.from({ length: count }, (_, patch) => patch);
    const sizes = new Float64Array(many), sums = new Float64Array(many);
    for (let at = 0; at < labels.length; at += 1) {
      this.sum[this.index[at]] += values[at];
      sizes[labels[at]] += 1;
      sums[labels[at]] += values[at];
    }
    this.level = sums.map((sum, label) => sum / Math.max(sizes[label], 1));
  }

  merge(least) {
    const waiting = new Heap();
    this.area.forEach((area, patch) => { if (area < least) waiting.push(area, patch); });
    while (waiting.size) {
      const [area, patch] = waiting.pop();
      if (this.into[patch] !== patch || this.area[patch] !== area || !this.borders[patch].size) continue;
      const into = this.bestNeighbour(patch);
      this.join(patch, into);
      this.fuse(into);
      if (this.area[into] < least) waiting.push(this.area[into], into);
    }
  }

  labels() {
    const owners = this.label.map((_, patch) => this.label[this.root(patch)]);
    const found = new Uint8Array(this.index.length);
    for (let at = 0; at < found.length; at += 1) found[at] = owners[this.index[at]];
    return found;
  }

  bestNeighbour(patch) {
    const mean = this.sum[patch] / this.area[patch];
    let around = 0;
    for (const length of this.borders[patch].values()) around += length;
    const pull = BORDER_PULL / around;
    let best = -1, least = Infinity;
    for (const [other, length] of this.borders[patch]) {
      const unlike = Math.abs(this.level[this.label[other]] - mean) - pull * length;
      if (unlike < least || (unlike === least && other < best)) [best, least] = [other, unlike];
    }
    return best;
  }

  fuse(patch) {
    const alike = [...this.borders[patch].keys()].filter((other) => this.label[other] === this.label[patch]);
    for (const other of alike) this.join(other, patch);
  }

  join(patch, into) {
    const { borders } = this;
    this.into[patch] = into;
    this.area[into] += this.area[patch];
    this.sum[into] += this.sum[patch];
    borders[into].delete(patch);
    for (const [other, length] of borders[patch]) {
      if (other === into) continue;
      borders[other].delete(patch);
      const longer = (borders[into].get(other) ?? 0) + length;
      borders[into].set(other, longer);
      borders[other].set(into, longer);
    }
    borders[patch] = new Map();
  }

  root(patch) {
    let at = patch;
    while (this.into[at] !== at) at = this.into[at];
    return at;
  }
}

/** The smallest area first, then the smallest number. */
class Heap {
  held = [];

  get size() { return this.held.length; }

  push(area, patch) {
    const { held } = this;
    held.push([area, patch]);
    let at = held.length - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isLess(held[at], held[above])) break;
      [held[at], held[above]] = [held[above], held[at]];
      at = above;
    }
  }

  pop() {
    const { held } = this, first = held[0], last = held.pop();
    if (held.length) {
      held[0] = last;
      let at = 0;
      for (;;) {
        const left = 2 * at + 1, right = left + 1;
        let least = at;
        if (left < held.length && isLess(held[left], held[least])) least = left;
        if (right < held.length && isLess(held[right], held[least])) least = right;
        if (least === at) break;
        [held[at], held[least]] = [held[least], held[at]];
        at = least;
      }
    }
    return first;
  }
}

const isLess = (one, other) => one[0] < other[0] || (one[0] === other[0] && one[1] < other[1]);
