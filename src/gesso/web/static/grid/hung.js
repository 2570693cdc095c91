// How works hang at a width: justified rows, blocks of them, and where each is on a wall that may be
// far higher than a window can scroll. Plain arithmetic over typed arrays.

const IN_THE_MAKING = 1.02;

// What a hanging is made of, in pixels at a usual width.
export const HANGINGS = {
  wall: { row: 270, gap: 22, caption: 56, between: 14 },
  salon: { row: 300, gap: 6, caption: 0, between: 6 },
  index: { row: 112, gap: 14, caption: 40, between: 8 },
};

// Narrower than this, a row holds fewer works and is lower; wider, it is higher.
export function measuresFor(hang, width) {
  const { row, gap, caption, between } = HANGINGS[hang] || HANGINGS.wall;
  const scale = width < 680 ? (hang === "index" ? 0.7 : 0.56) : Math.min(1.9, Math.max(1, width / 1500));
  return { target: row * scale, gap: width < 680 ? Math.min(gap, 14) : gap, below: caption + between };
}

// Lays items [start, end) out. Rows are full but for the last one of all, which is not stretched;
// the last rows of a stretch that goes on are evened out, so that each stretch is a whole block and
// none depends on another.
export function layRows(aspectOf, start, end, width, measures, isLast) {
  const { target, gap, below } = measures;
  const starts = [];
  let from = start, sum = 0;
  for (let at = start; at < end; at++) {
    sum += aspectOf(at);
    if ((width - gap * (at - from)) / sum <= target) {
      starts.push(from);
      from = at + 1;
      sum = 0;
    }
  }
  if (from < end) {
    starts.push(from);
    if (!isLast) even(starts, aspectOf, end, width, measures);
  }
  const count = starts.length;
  const rows = { starts: Int32Array.from([...starts, end]), tops: new Float32Array(count), heights: new Float32Array(count), height: 0 };
  let top = 0;
  for (let row = 0; row < count; row++) {
    let height = heightOf(aspectOf, rows.starts[row], rows.starts[row + 1], width, gap);
    if (isLast && row === count - 1) height = Math.min(height, target);
    rows.tops[row] = top;
    rows.heights[row] = height;
    top += height + below;
  }
  rows.height = top;
  return rows;
}

// The last row of a stretch would be too high: it is joined with the one before it, or both are cut
// anew, whichever comes nearest to the height that is wanted.
function even(starts, aspectOf, end, width, { target, gap }) {
  const far = (from, to) => Math.abs(Math.log(heightOf(aspectOf, from, to, width, gap) / target));
  if (starts.length < 2) return;
  const first = starts.at(-2);
  let best = far(first, end), cut = 0;
  for (let at = first + 1; at < end; at++) {
    const distance = Math.max(far(first, at), far(at, end));
    if (distance < best) [best, cut] = [distance, at];
  }
  starts.pop();
  if (cut) starts.push(cut);
}

function heightOf(aspectOf, from, to, width, gap) {
  let sum = 0;
  for (let at = from; at < to; at++) sum += aspectOf(at);
  return (width - gap * (to - from - 1)) / sum;
}

// Scroll heights are capped: browsers cut boxes beyond 16 or 33 million pixels, and what lies below
// could never be reached. Both ends scroll pixel for pixel; in between a place is a proportion.
export const MOST_PX = 8_000_000;
const END_PX = 200_000;

export function scrollOf(virtual, height) {
  if (height <= MOST_PX) return virtual;
  if (virtual <= END_PX) return virtual;
  if (virtual >= height - END_PX) return MOST_PX - (height - virtual);
  return END_PX + (virtual - END_PX) * (MOST_PX - 2 * END_PX) / (height - 2 * END_PX);
}

export function virtualOf(scroll, height) {
  if (height <= MOST_PX) return scroll;
  if (scroll <= END_PX) return scroll;
  if (scroll >= MOST_PX - END_PX) return height - (MOST_PX - scroll);
  return END_PX + (scroll - END_PX) * (height - 2 * END_PX) / (MOST_PX - 2 * END_PX);
}

// The last of some rising numbers that is not above a value.
export function lastNotAbove(numbers, value, count = numbers.length) {
  let low = 0, high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (numbers[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Blocks of rows, each laid out once its shape is known, and guessed until then. Items are all that
// hangs: `lead` tiles of works in the making, then the works of the source.
export class Hung {
  constructor(source, lead, hanging, width) {
    this.source = source;
    this.lead = lead;
    this.width = width;
    this.measures = measuresFor(hanging, width);
    this.items = source.count + lead;
    this.blocks = Math.max(1, Math.ceil(source.count / source.chunk));
    this.laid = new Array(this.blocks);
    this.tops = new Float64Array(this.blocks + 1);
    this.sum();
  }

  aspectOf = (item) => (item < this.lead ? IN_THE_MAKING : this.source.aspect(item - this.lead));

  begins(block) {
    return block ? Math.min(this.items, block * this.source.chunk + this.lead) : 0;
  }

  // How high a block is: laid out where its shape is known, guessed from its widths where not.
  heightOfBlock(block) {
    if (this.laid[block]) return this.laid[block].height;
    if (this.source.isKnown(block)) {
      const isLast = block === this.blocks - 1;
      const end = isLast ? this.items : this.begins(block + 1);
      this.laid[block] = layRows(this.aspectOf, this.begins(block), end, this.width, this.measures, isLast && !this.source.next);
      return this.laid[block].height;
    }
    const { target, gap, below } = this.measures;
    const works = Math.min(this.source.chunk, this.items - this.begins(block));
    const rows = (this.source.widths[block] * target * 0.93 + gap * works) / (this.width + gap);
    return rows * (target * 0.93 + below);
  }

  // How high all is, as far as it is known by now.
  sum() {
    for (let block = 0; block < this.blocks; block++) {
      this.tops[block + 1] = this.tops[block] + this.heightOfBlock(block);
    }
    this.total = Math.max(1, this.tops[this.blocks]);
  }

  // The row of an item: [block, row], or null where its shape is not known yet.
  rowOf(item) {
    const block = item < this.begins(1) || this.blocks === 1 ? 0
      : Math.min(this.blocks - 1, Math.floor((item - this.lead) / this.source.chunk));
    this.heightOfBlock(block);
    const laid = this.laid[block];
    return laid ? [block, lastNotAbove(laid.starts, item, laid.starts.length - 1)] : [block, null];
  }

  topOf(item) {
    const [block, row] = this.rowOf(item);
    if (row !== null) return this.tops[block] + this.laid[block].tops[row];
    const works = Math.max(1, Math.min(this.source.chunk, this.items - this.begins(block)));
    return this.tops[block] + ((item - this.begins(block)) / works) * (this.tops[block + 1] - this.tops[block]);
  }

  // The item at a height of the whole wall.
  itemAt(virtual) {
    const block = lastNotAbove(this.tops, Math.max(0, virtual), this.blocks);
    const laid = this.laid[block];
    if (laid) return laid.starts[lastNotAbove(laid.tops, virtual - this.tops[block])];
    const part = (virtual - this.tops[block]) / Math.max(1, this.tops[block + 1] - this.tops[block]);
    return this.begins(block) + Math.floor(part * Math.min(this.source.chunk, this.items - this.begins(block)));
  }

  isKnown(item) {
    return this.rowOf(item)[1] !== null;
  }

  heightAt(item) {
    const [block, row] = this.rowOf(item);
    return row === null ? this.measures.target : this.laid[block].heights[row] + this.measures.below;
  }

  // The boxes of a block between two heights, into `wanted` by their items; where there would be
  // more than `most`, those that are seen from `top` to `bottom` come first.
  boxesWithin(block, { from, to, top, bottom, most }, wanted) {
    const laid = this.laid[block], begins = this.tops[block];
    const first = lastNotAbove(laid.tops, from - begins);
    for (let row = first; row < laid.tops.length && begins + laid.tops[row] < to; row++) {
      const begin = laid.starts[row], end = laid.starts[row + 1];
      const at = begins + laid.tops[row];
      const isSeen = at < bottom && at + laid.heights[row] > top;
      if (!isSeen && wanted.size + end - begin > most) continue;
      let left = 0;
      for (let item = begin; item < end; item++) {
        const width = this.aspectOf(item) * laid.heights[row];
        wanted.set(item, { left, top: at, width, height: laid.heights[row] });
        left += width + this.measures.gap;
      }
    }
  }

  // The item so many rows below another whose middle is nearest.
  beside(item, rows) {
    let [block, row] = this.rowOf(item);
    if (row === null) return item;
    const middle = this.middle(block, row, item);
    for (let step = Math.abs(rows); step > 0; step--) {
      const next = this.stepRow(block, row, Math.sign(rows));
      if (!next) break;
      [block, row] = next;
    }
    const laid = this.laid[block];
    let best = laid.starts[row];
    for (let one = best; one < laid.starts[row + 1]; one++) {
      if (Math.abs(this.middle(block, row, one) - middle) < Math.abs(this.middle(block, row, best) - middle)) best = one;
    }
    return Math.max(this.lead, best);
  }

  stepRow(block, row, way) {
    row += way;
    if (row >= 0 && row < this.laid[block].tops.length) return [block, row];
    block += way;
    if (block < 0 || block >= this.blocks) return null;
    this.heightOfBlock(block);
    if (!this.laid[block]) {
      this.source.shape(block);
      return null;
    }
    return [block, way > 0 ? 0 : this.laid[block].tops.length - 1];
  }

  middle(block, row, item) {
    const laid = this.laid[block];
    let left = 0;
    for (let one = laid.starts[row]; one < item; one++) left += this.aspectOf(one) * laid.heights[row] + this.measures.gap;
    return left + (this.aspectOf(item) * laid.heights[row]) / 2;
  }
}
