// Justified rows: how a stretch of works hangs at a width. Plain arithmetic over typed arrays.

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
