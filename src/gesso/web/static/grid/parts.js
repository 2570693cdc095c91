// What a wall is made of: the tile of a work, filled when the work is known and honest about a picture
// that is lost; the layer of those near the window; and the rail beside a wall that is high.
import { thumbHashToRGBA } from "../vendor/thumbhash/thumbhash.js";

const SMALL_PX = 300;
const SHARP_PX = 720;
const MOST_DRAWN = 500;
const MARGIN_PX = 24;
const FAR_PX = 1_000_000;

const template = document.createElement("template");
template.innerHTML = `<article class="w" role="listitem"><a class="im"><img alt="" decoding="async"></a
><a class="t" tabindex="-1"></a><span class="line"></span><button type="button" class="heart"></button></article>`;

// An empty one, for a place of a room of so many; -1 where nobody knows how many.
export function madeTile(place, count) {
  const element = template.content.firstElementChild.cloneNode(true);
  element.dataset.place = place;
  element.setAttribute("aria-posinset", place + 1);
  element.setAttribute("aria-setsize", count);
  return element;
}

export function fillTile(element, tile, address, { width, height }) {
  element.tile = tile;
  const [link, title, line, heart] = element.children;
  const picture = link.firstElementChild;
  element.dataset.id = tile.id;
  link.href = title.href = address;
  title.textContent = tile.title;
  line.textContent = tile.line;
  heart.setAttribute("aria-label", `Favourite: ${tile.title}`);
  heart.setAttribute("aria-pressed", String(tile.favourite));
  if (!tile.large) return lost(element, "There is no picture of this work here.");
  picture.alt = tile.alt;
  picture.addEventListener("load", () => link.classList.add("is-here"), { once: true });
  picture.addEventListener("error", () => failed(element, tile), { once: true });
  picture.src = Math.max(width, height) * devicePixelRatio > SMALL_PX ? tile.large : tile.small;
  if (!picture.complete && tile.thumbhash) link.style.backgroundImage = `url(${placeholder(tile.thumbhash)})`;
  return undefined;
}

function placeTile(element, { left, top, width, height }) {
  const { style } = element;
  style.left = `${left.toFixed(2)}px`;
  style.top = `${top.toFixed(2)}px`;
  style.width = `${width.toFixed(2)}px`;
  element.firstElementChild.style.height = `${height.toFixed(2)}px`;
}

export function showMark(element, isMarked) {
  element?.querySelector(".heart")?.setAttribute("aria-pressed", String(isMarked));
}

// A work that hangs much larger than its thumbnail is drawn from its picture.
async function sharpenTile(element) {
  const picture = element.querySelector("img"), box = element.getBoundingClientRect();
  const side = Math.max(box.width, box.height) * devicePixelRatio;
  const isSeen = box.bottom > 0 && box.top < innerHeight;
  if (!element.tile || !picture?.complete || side < SHARP_PX || !isSeen || element.isSharp) return;
  element.isSharp = true;
  const finer = new Image();
  finer.src = `/api/works/${element.tile.id}/picture?side=${side > 1100 ? 2048 : 1024}`;
  await finer.decode().then(() => { picture.src = finer.src; }, () => {});
}

// The tile stays, with the reason that the server tells.
async function failed(element, tile) {
  const answer = await fetch(tile.large).catch(() => null);
  const problem = answer && !answer.ok ? await answer.json().catch(() => null) : null;
  lost(element, answer ? problem?.title || "This picture cannot be shown." : "The studio cannot be reached.");
}

function lost(element, reason) {
  const link = element.firstElementChild;
  link.classList.add("is-lost");
  link.replaceChildren(Object.assign(document.createElement("span"), { className: "lost", textContent: reason }));
}

const drawn = new Map();

function placeholder(hash) {
  let address = drawn.get(hash);
  if (address) return address;
  const { w, h, rgba } = thumbHashToRGBA(Uint8Array.from(atob(hash), (sign) => sign.charCodeAt(0)));
  const canvas = Object.assign(document.createElement("canvas"), { width: w, height: h });
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
  address = canvas.toDataURL();
  if (drawn.size > MOST_DRAWN) drawn.clear();
  drawn.set(hash, address);
  return address;
}

// The tiles near the window, by their items. They are placed from a height nearby, so that their
// numbers stay exact a long way down.
export class Layer {
  constructor() {
    this.element = Object.assign(document.createElement("div"), { className: "layer" });
    this.element.setAttribute("role", "list");
    this.shown = new Map();
    this.origin = this.laidAt = 0;
  }

  // The tiles of some boxes, in their order, and no others: `made` gives one, `fill` fills it.
  show(boxes, virtual, made, fill) {
    if (Math.abs(virtual - this.origin) > FAR_PX || !this.shown.size) this.turn(virtual);
    this.leave(boxes);
    let before = null;
    for (const [item, box] of [...boxes].sort((one, other) => one[0] - other[0])) {
      const element = this.shown.get(item) || this.add(item, made(item), before);
      if (element.laidAt !== this.laidAt || element.matches(".is-away")) this.place(element, box);
      fill(element, item, box);
      before = element;
    }
  }

  leave(boxes) {
    for (const [item, element] of this.shown) {
      if (boxes.has(item)) continue;
      // Whoever is at a work far away stays at it, and does not see it here.
      const isHeld = element.contains(document.activeElement);
      element.classList.toggle("is-away", isHeld);
      if (isHeld) continue;
      element.remove();
      this.shown.delete(item);
    }
  }

  add(item, element, before) {
    this.shown.set(item, element);
    element.laidAt = -1;
    if (before) before.after(element);
    else this.element.prepend(element);
    return element;
  }

  turn(virtual) {
    this.origin = Math.round(virtual);
    this.laidAt += 1;
  }

  place(element, box) {
    element.laidAt = this.laidAt;
    element.classList.remove("is-away");
    placeTile(element, { ...box, top: box.top - this.origin });
  }

  // It stands so that a tile's own top is where it hangs in the window.
  hold(top) {
    this.element.style.top = `${this.origin + top}px`;
  }

  // Works that hang large are drawn finer once all is still, one after the other.
  async sharpen(isMoving = () => false) {
    if (this.isSharpening) return;
    this.isSharpening = true;
    for (const element of [...this.shown.values()]) {
      await sharpenTile(element);
      if (isMoving()) break;
    }
    this.isSharpening = false;
  }

  clear() {
    for (const element of this.shown.values()) element.remove();
    this.shown.clear();
  }
}

// The rail: where one is, and a way to anywhere.
export class Scrubber {
  constructor(grid) {
    this.grid = grid;
    const rail = this.rail = Object.assign(document.createElement("div"), { className: "scrub", tabIndex: 0 });
    rail.setAttribute("role", "slider");
    rail.setAttribute("aria-label", "Place on the wall");
    rail.setAttribute("aria-orientation", "vertical");
    rail.setAttribute("aria-valuemin", 1);
    this.here = rail.appendChild(Object.assign(document.createElement("span"), { className: "here" }));
    grid.after(rail);
    rail.addEventListener("pointerdown", (event) => {
      rail.setPointerCapture(event.pointerId);
      this.jump(event);
      event.preventDefault();
    });
    rail.addEventListener("pointermove", (event) => { if (rail.hasPointerCapture(event.pointerId)) this.jump(event); });
    rail.addEventListener("keydown", (event) => this.pressed(event));
    addEventListener("resize", () => this.write());
  }

  jump(event) {
    const box = this.rail.getBoundingClientRect();
    const part = (event.clientY - box.top - 8) / (box.height - MARGIN_PX);
    this.grid.jump(Math.min(1, Math.max(0, part)));
  }

  pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (!step && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    event.stopPropagation();
    const last = this.grid.source.count - 1;
    const to = event.key === "Home" ? 0 : event.key === "End" ? last
      : this.placeSeen(1) + Math.ceil((step * (last + 1)) / 100);
    this.grid.show(this.grid.lead.length + Math.max(0, Math.min(last, to)));
  }

  // Marks beside the places they are said of, as many as can be read.
  write() {
    const { rail } = this, { source } = this.grid;
    rail.setAttribute("aria-valuemax", source.count);
    for (const old of [...rail.querySelectorAll(".word")]) old.remove();
    const high = rail.clientHeight - MARGIN_PX;
    let { marks } = source;
    if (new Set(marks.map((one) => one.place)).size < 3) {
      marks = Array.from({ length: 9 }, (_, at) => Math.floor((at * (source.count - 1)) / 8))
        .map((place) => ({ place, words: (place + 1).toLocaleString("en"), is_major: false }));
    }
    const taken = [];
    for (const mark of [...marks.filter((one) => one.is_major), ...marks.filter((one) => !one.is_major)]) {
      const top = (mark.place / Math.max(1, source.count)) * high;
      if (taken.some((other) => Math.abs(other - top) < (mark.is_major ? 14 : 20))) continue;
      taken.push(top);
      const word = Object.assign(document.createElement("span"), { className: mark.is_major ? "word major" : "word", textContent: mark.words });
      word.style.top = `${top}px`;
      rail.append(word);
    }
  }

  placeSeen(below = 0) {
    const { hung, lead, virtual } = this.grid;
    return hung.itemAt(Math.max(0, virtual + below)) - lead.length;
  }

  // Where one is: a part of the way down, at a place.
  point() {
    const { source, total, virtual } = this.grid;
    const part = Math.min(1, Math.max(0, virtual / Math.max(1, total - innerHeight)));
    const place = Math.max(1, Math.min(source.count, this.placeSeen() + 1));
    this.here.style.transform = `translateY(${(18 + part * (this.rail.clientHeight - MARGIN_PX)).toFixed(1)}px)`;
    const mark = source.marks.findLast?.((one) => one.place < place);
    this.rail.setAttribute("aria-valuenow", place);
    this.rail.setAttribute("aria-valuetext", `${place} of ${source.count}${mark ? `, ${mark.words}` : ""}`);
  }
}
