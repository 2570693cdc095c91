// <g-grid>: works in justified rows that never crop, of which only those near the window are there.
// It takes over the tiles of the page; without it they hang by themselves.
import { isComeBackTo, markedHere, setFavourite } from "../favourite.js";
import { thumbHashToRGBA } from "../vendor/thumbhash/thumbhash.js";
import { HANGINGS, MOST_PX, lastNotAbove, layRows, measuresFor, scrollOf, virtualOf } from "./rows.js";
import { ListSource, RoomSource, tileOf } from "./source.js";

const AHEAD_PX = 700;
const MOST_TILES = 84;
const SETTLED_MS = 140;
const RESTING_MS = 1500;
const DRIFT_PX = 20_000;
const SHARP_PX = 720;
const FAST_PX = 2400;
const MOST_TURNS = 4;
const TURN_MS = 1000;
const MOST_GOES = 12;

const template = document.createElement("template");
template.innerHTML = `<article class="w" role="listitem"><a class="im"><img alt="" decoding="async"></a
><a class="t" tabindex="-1"></a><span class="line"></span><button type="button" class="heart"></button></article>`;

const said = () => document.querySelector("#said") || document.body.appendChild(
  Object.assign(document.createElement("p"), { id: "said", className: "unseen", role: "status" }));

class Grid extends HTMLElement {
  connectedCallback() {
    if (this.layer) return;
    const changed = (what) => this.changed(what);
    const tiles = [...this.querySelectorAll(".w:not(.making)")].map((element) => [element, tileOf(element)]);
    this.lead = [...this.querySelectorAll(".making")];
    if (this.dataset.outline) {
      const bytes = Uint8Array.from(atob(this.dataset.aspects), (sign) => sign.charCodeAt(0));
      const outline = JSON.parse(this.dataset.outline);
      this.source = new RoomSource(changed, this.dataset.query, outline, new Uint16Array(bytes.buffer));
      for (const [element, tile] of tiles) this.source.tiles.set(Number(element.dataset.place), tile);
    } else {
      const next = document.querySelector("a[rel=next]")?.getAttribute("href") || "";
      this.source = new ListSource(changed, tiles.map(([, tile]) => tile), next);
    }
    this.shown = new Map();
    if (isComeBackTo()) this.remark();
    this.layer = Object.assign(document.createElement("div"), { className: "layer" });
    this.layer.setAttribute("role", "list");
    this.replaceChildren(this.layer);
    document.querySelector(".more")?.remove();
    this.hanging = localStorage.getItem("gesso.hang");
    if (!(this.hanging in HANGINGS)) this.hanging = "wall";
    this.listen();
    this.style.setProperty("min-height", "1px");
    this.classList.add("is-laid");
    this.dress();
    this.measure();
    this.begin(Number(this.dataset.place || 0));
    if (this.lead.length) import("./making.js").then(({ follow }) => follow(this.lead));
    addEventListener("load", () => setTimeout(() => this.sharpen(), 400));
  }

  listen() {
    const group = this.group = document.querySelector(".hang");
    if (group) {
      group.addEventListener("click", (event) => this.rehang(event.target.closest("button")?.dataset.hang));
    }
    addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.resized()).observe(this);
    addEventListener("pagehide", () => this.remember());
    addEventListener("pageshow", (event) => { if (event.persisted) this.remark(); });
    document.addEventListener("gesso:marked", (event) => this.remark(event.detail));
    this.addEventListener("click", (event) => {
      const heart = event.target.closest(".heart");
      if (heart) this.mark(this.placeOfElement(heart));
      else if (event.target.closest("a")) this.remember(this.placeOfElement(event.target));
    });
    this.addEventListener("focusin", (event) => { this.at = this.placeOfElement(event.target) ?? this.at; });
    document.addEventListener("gesso:act", (event) => this.act(event));
    history.scrollRestoration = "manual";
    document.querySelector(".sources")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());
    const bar = document.querySelector(".spec");
    const wake = () => { bar.isAwake ||= Boolean(import("./spectrum.js").then(({ spectrum }) => spectrum(bar))); };
    for (const kind of ["pointerenter", "focusin"]) bar?.addEventListener(kind, wake, { once: true });
    if ("scrub" in this.dataset) this.scrubber();
  }

  // --- Where things hang ---------------------------------------------------------------------

  measure() {
    this.width = this.clientWidth;
    this.measures = measuresFor(this.hanging, this.width);
    const { source } = this;
    const items = source.count + this.lead.length;
    this.blocks = Math.max(1, Math.ceil(source.count / source.chunk));
    this.laid = new Array(this.blocks);
    this.tops = new Float64Array(this.blocks + 1);
    this.items = items;
    this.sum(0);
  }

  aspectOf = (item) => (item < this.lead.length ? 1.02 : this.source.aspect(item - this.lead.length));

  begins(block) {
    return block ? Math.min(this.items, block * this.source.chunk + this.lead.length) : 0;
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

  sum(from) {
    for (let block = from; block < this.blocks; block++) {
      this.tops[block + 1] = this.tops[block] + this.heightOfBlock(block);
    }
    this.total = Math.max(1, this.tops[this.blocks]);
    this.style.height = `${Math.min(this.total, MOST_PX)}px`;
  }

  // The row of an item: [block, row], or null where its shape is not known yet.
  rowOf(item) {
    const block = item < this.begins(1) || this.blocks === 1 ? 0
      : Math.min(this.blocks - 1, Math.floor((item - this.lead.length) / this.source.chunk));
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

  // --- Where the window is -------------------------------------------------------------------

  get gridTop() {
    return this.getBoundingClientRect().top + scrollY;
  }

  begin(place) {
    this.origin = 0;
    this.virtual = this.scroll = scrollY - this.gridTop;
    const state = history.state?.gesso;
    if (state) this.restore(state);
    else if (place) this.show(place + this.lead.length);
    else this.render();
  }

  scrolled() {
    const scroll = scrollY - this.gridTop;
    if (scroll === this.scroll) return;
    const moved = scroll - this.scroll;
    this.speed = Math.abs(moved);
    // A little: pixel for pixel. Far, or near an end: the place that the scroll bar means.
    const isNear = scroll <= 0 || scroll >= Math.min(this.total, MOST_PX) - innerHeight;
    const isFar = Math.abs(moved) > 6 * innerHeight;
    const before = this.virtual + moved;
    this.virtual = this.total <= MOST_PX || isNear || isFar ? virtualOf(scroll, this.total) : before;
    // Elsewhere other tiles hang: those of before would seem to have moved.
    if (Math.abs(this.virtual - before) > 1 && !this.contains(document.activeElement)) this.clear();
    this.scroll = scroll;
    this.soon();
    clearTimeout(this.settling);
    clearTimeout(this.resting);
    this.settling = setTimeout(() => this.settle(), SETTLED_MS);
  }

  soon() {
    if (this.isComing) return;
    this.isComing = true;
    requestAnimationFrame(() => {
      this.isComing = false;
      this.render();
    });
  }

  // When all has been still for a while the scroll bar is put where it belongs, if it is far from
  // there; nothing on the wall moves by it. Sooner it would meet a wheel that still turns.
  settle() {
    this.speed = 0;
    if (this.total > MOST_PX) this.resting = setTimeout(() => this.anchor(), RESTING_MS);
    this.render();
    this.sharpen();
  }

  // A work that hangs much larger than its thumbnail is drawn from its picture, one after the other.
  async sharpen() {
    if (this.isSharpening) return;
    this.isSharpening = true;
    for (const element of [...this.shown.values()]) {
      const picture = element.querySelector("img"), box = element.getBoundingClientRect();
      const side = Math.max(box.width, box.height) * devicePixelRatio;
      const isSeen = box.bottom > 0 && box.top < innerHeight;
      if (!element.tile || !picture?.complete || side < SHARP_PX || !isSeen || element.isSharp) continue;
      element.isSharp = true;
      const finer = new Image();
      finer.src = `/api/works/${element.tile.id}/picture?side=${side > 1100 ? 2048 : 1024}`;
      await finer.decode().then(() => { picture.src = finer.src; }, () => {});
      if (this.speed) break;
    }
    this.isSharpening = false;
  }

  anchor() {
    const beneath = document.documentElement.scrollHeight - this.gridTop - MOST_PX;
    this.virtual = Math.min(this.virtual, Math.max(0, this.total - innerHeight + beneath));
    const wanted = scrollOf(this.virtual, this.total);
    if (Math.abs(wanted - this.scroll) < DRIFT_PX) return;
    scrollTo({ top: this.gridTop + wanted, behavior: "instant" });
    this.scroll = scrollY - this.gridTop;
    this.hold();
  }

  // The layer stands so that a tile's own top is where it hangs in the window.
  hold() {
    this.layer.style.top = `${this.origin + this.scroll - this.virtual}px`;
  }

  show(item, offset = 0) {
    this.virtual = Math.max(0, this.topOf(item) - offset);
    scrollTo({ top: this.gridTop + scrollOf(this.virtual, this.total), behavior: "instant" });
    this.scroll = scrollY - this.gridTop;
    if (this.total <= MOST_PX) this.virtual = this.scroll;
    this.render();
  }

  // --- What is there -------------------------------------------------------------------------

  render() {
    const { shown, lead } = this;
    const from = this.virtual - AHEAD_PX, to = this.virtual + innerHeight + AHEAD_PX;
    let block = lastNotAbove(this.tops, Math.max(0, from), this.blocks);
    const wanted = new Map();
    let unknown = -1;
    for (; block < this.blocks && this.tops[block] < to; block++) {
      const laid = this.laid[block];
      if (!laid) {
        unknown = unknown < 0 ? block : unknown;
        continue;
      }
      this.rowsWithin(laid, this.tops[block], from, to, wanted);
    }
    if (unknown >= 0) this.source.shape(unknown);
    if (Math.abs(this.virtual - this.origin) > 1_000_000 || !shown.size) this.turn();
    for (const [item, element] of shown) {
      if (wanted.has(item) || element.contains(document.activeElement)) continue;
      element.remove();
      shown.delete(item);
    }
    let before = null;
    for (const [item, place] of [...wanted].sort((one, other) => one[0] - other[0])) {
      let element = shown.get(item);
      if (!element) {
        element = item < lead.length ? lead[item] : this.made(item - lead.length);
        shown.set(item, element);
        if (before) before.after(element);
        else this.layer.prepend(element);
        this.place(element, place);
      } else if (element.laidAt !== this.laidAt) this.place(element, place);
      if (item >= lead.length && !element.tile) this.fill(element, item - lead.length, place);
      before = element;
    }
    this.hold();
    const places = [...wanted.keys()].filter((item) => item >= lead.length);
    if (places.length && (this.speed || 0) < FAST_PX) {
      this.source.want(Math.min(...places) - lead.length, Math.max(...places) + 1 - lead.length);
    }
    this.point();
  }

  // Rows that touch a stretch; the nearest ones first where there would be too many tiles.
  rowsWithin(laid, top, from, to, wanted) {
    const first = lastNotAbove(laid.tops, from - top);
    for (let row = first; row < laid.tops.length && top + laid.tops[row] < to; row++) {
      const begin = laid.starts[row], end = laid.starts[row + 1];
      const middle = top + laid.tops[row];
      const isSeen = middle < this.virtual + innerHeight && middle + laid.heights[row] > this.virtual;
      if (!isSeen && wanted.size + end - begin > MOST_TILES) continue;
      let left = 0;
      for (let item = begin; item < end; item++) {
        const width = this.aspectOf(item) * laid.heights[row];
        wanted.set(item, { left, top: middle, width, height: laid.heights[row] });
        left += width + this.measures.gap;
      }
    }
  }

  // Tiles are placed from a height nearby, so that their numbers stay exact a long way down.
  turn() {
    this.origin = Math.round(this.virtual);
    for (const element of this.shown.values()) element.laidAt = 0;
    this.laidAt = (this.laidAt || 0) + 1;
  }

  place(element, { left, top, width, height }) {
    element.laidAt = this.laidAt;
    const { style } = element;
    style.left = `${left.toFixed(2)}px`;
    style.top = `${(top - this.origin).toFixed(2)}px`;
    style.width = `${width.toFixed(2)}px`;
    element.firstElementChild.style.height = `${height.toFixed(2)}px`;
  }

  made(place) {
    const element = template.content.firstElementChild.cloneNode(true);
    element.dataset.place = place;
    element.setAttribute("aria-posinset", place + 1);
    element.setAttribute("aria-setsize", this.source.next ? -1 : this.source.count);
    return element;
  }

  fill(element, place, { width, height }) {
    const tile = this.source.tiles.get(place);
    if (!tile) return;
    element.tile = tile;
    const [link, title, line, heart] = element.children;
    const picture = link.firstElementChild;
    element.dataset.id = tile.id;
    link.href = title.href = this.addressOf(tile);
    title.textContent = tile.title;
    line.textContent = tile.line;
    heart.setAttribute("aria-label", `Favourite: ${tile.title}`);
    heart.setAttribute("aria-pressed", String(tile.favourite));
    if (!tile.large) return this.lost(element, "There is no picture of this work here.");
    picture.alt = tile.alt;
    picture.addEventListener("load", () => link.classList.add("is-here"), { once: true });
    picture.addEventListener("error", () => this.failed(element, tile), { once: true });
    picture.src = Math.max(width, height) * devicePixelRatio > 300 ? tile.large : tile.small;
    if (!picture.complete && tile.thumbhash) link.style.backgroundImage = `url(${placeholder(tile.thumbhash)})`;
  }

  // The page of a work knows which wall it was come from: what is turned to from there hangs here.
  addressOf(tile) {
    return `/works/${tile.id}${this.dataset.query ? `?${this.dataset.query}` : ""}`;
  }

  // The tile stays, with the reason that the server tells.
  async failed(element, tile) {
    const answer = await fetch(tile.large).catch(() => null);
    const problem = answer && !answer.ok ? await answer.json().catch(() => null) : null;
    this.lost(element, answer ? problem?.title || "This picture cannot be shown." : "The studio cannot be reached.");
  }

  lost(element, reason) {
    const link = element.firstElementChild;
    link.classList.add("is-lost");
    link.replaceChildren(Object.assign(document.createElement("span"), { className: "lost", textContent: reason }));
  }

  changed(what) {
    if (what === "away") {
      document.dispatchEvent(new CustomEvent("gesso:told", { detail: "The studio cannot be reached. What was seen stays." }));
      return;
    }
    if (what === "tiles") return this.soon();
    // The shape is known better: what is in the window stays where it is.
    const item = Math.min(...this.shown.keys(), Infinity);
    const held = Number.isFinite(item) ? item : this.itemAt(Math.max(0, this.virtual));
    const before = this.topOf(held);
    const isAtEnd = what === "shape" && scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    if (what === "renewed" || what === "more") {
      if (what === "renewed") this.clear();
      this.measure();
    } else this.sum(0);
    const shift = this.topOf(held) - before;
    if (isAtEnd) {
      scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
      this.scroll = scrollY - this.gridTop;
      this.virtual = virtualOf(this.scroll, this.total);
    } else if (shift) {
      this.virtual += shift;
      this.origin += shift;
      if (this.virtual > 0) this.anchorTo();
    }
    if (what === "more") this.laidAt = (this.laidAt || 0) + 1;
    this.render();
  }

  anchorTo() {
    scrollTo({ top: this.gridTop + scrollOf(this.virtual, this.total), behavior: "instant" });
    this.scroll = scrollY - this.gridTop;
  }

  clear() {
    for (const element of this.shown.values()) element.remove();
    this.shown.clear();
  }

  rehang(hanging) {
    if (!(hanging in HANGINGS) || hanging === this.hanging) return;
    this.hanging = hanging;
    localStorage.setItem("gesso.hang", hanging);
    this.lay();
  }

  // A width that goes to and fro, as where a scroll bar comes and goes with what is laid, is followed
  // once a second.
  resized() {
    const width = this.clientWidth;
    if (Math.abs(width - this.width) <= 0.5) return;
    const now = performance.now();
    const isBack = width === this.widthBefore && now - this.resizedAt < 2 * TURN_MS;
    this.turns = isBack ? this.turns + 1 : 0;
    this.resizedAt = now;
    if (this.turns <= MOST_TURNS) this.followWidth();
    else this.turning ||= setTimeout(() => this.followWidth(), TURN_MS);
  }

  followWidth() {
    clearTimeout(this.turning);
    this.turning = 0;
    this.widthBefore = this.width;
    this.lay();
  }

  lay() {
    const item = this.virtual > 0 ? this.itemAt(this.virtual) : -1;
    this.dress();
    this.clear();
    this.measure();
    if (item >= 0) this.show(item);
    else {
      this.virtual = this.scroll = scrollY - this.gridTop;
      this.render();
    }
  }

  dress() {
    this.className = `is-laid is-${this.hanging}`;
    for (const button of this.group?.children || []) {
      button.setAttribute("aria-pressed", String(button.dataset.hang === this.hanging));
    }
  }

  // --- Favourites, keys, places -------------------------------------------------------------

  placeOfElement(element) {
    const place = element?.closest?.(".w")?.dataset.place;
    return place === undefined ? undefined : Number(place);
  }

  async mark(place) {
    const tile = this.source.tiles.get(place);
    if (!tile) return;
    const put = (isMarked) => {
      tile.favourite = isMarked;
      const heart = this.shown.get(place + this.lead.length)?.querySelector(".heart");
      heart?.setAttribute("aria-pressed", String(isMarked));
    };
    const wished = !tile.favourite;
    put(wished);
    if (!(await setFavourite(tile.id, wished))) put(!wished);
    said().textContent = `${tile.title}: ${tile.favourite ? "a favourite" : "no favourite"}`;
  }

  // What was marked on other pages since this one was drawn.
  remark(marked = markedHere()) {
    for (const [place, tile] of this.source.tiles) {
      if (!(tile.id in marked)) continue;
      tile.favourite = marked[tile.id];
      this.shown.get(place + this.lead.length)?.querySelector(".heart")?.setAttribute("aria-pressed", String(tile.favourite));
    }
  }

  act(event) {
    const { action } = event.detail;
    const steps = {
      next: () => this.go(this.at + 1), previous: () => this.go(this.at - 1), first: () => this.go(0),
      last: () => this.go(this.source.count - 1), below: () => this.go(this.beside(1)), above: () => this.go(this.beside(-1)),
      onward: () => this.go(this.beside(this.rowsSeen())), back: () => this.go(this.beside(-this.rowsSeen())),
      favourite: () => this.mark(this.at), record: () => this.leave("#record"), compare: () => this.leave("#rounds"),
      set: () => this.choose(),
      wall: () => this.rehang("wall"), salon: () => this.rehang("salon"), index: () => this.rehang("index"),
    };
    const step = steps[action];
    if (!step || !this.source.count) return;
    if (this.at === undefined && ["favourite", "record", "compare", "set"].includes(action)) return;
    event.preventDefault();
    if (this.at === undefined) return this.go(action === "last" ? this.source.count - 1 : this.firstSeen());
    step();
  }

  firstSeen() {
    const top = Math.max(0, this.virtual + 70);
    const seen = [...this.shown].filter(([item, element]) => item >= this.lead.length && parseFloat(element.style.top) + this.origin >= top - 1);
    return seen.length ? Math.min(...seen.map(([item]) => item)) - this.lead.length : 0;
  }

  rowsSeen() {
    return Math.max(1, Math.floor((innerHeight - 80) / (this.measures.target + this.measures.below)));
  }

  // The work so many rows below whose middle is nearest.
  beside(rows) {
    const item = this.at + this.lead.length;
    let [block, row] = this.rowOf(item);
    if (row === null) return this.at;
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
    return Math.max(0, best - this.lead.length);
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

  go(place, isQuiet = false, goes = 0) {
    const wanted = Math.max(0, Math.min(this.source.count - 1, place));
    const item = wanted + this.lead.length;
    this.at = wanted;
    const top = this.topOf(item), high = this.heightAt(item);
    if (top < this.virtual + 76) this.show(item, 84);
    else if (top + high > this.virtual + innerHeight) this.show(item, Math.max(84, innerHeight - high - 16));
    this.speed = 0;
    this.render();
    const element = this.shown.get(item);
    clearTimeout(this.going);
    // A place far away whose shape is not known yet: it is gone to again when it is.
    if (!element) {
      if (goes < MOST_GOES) this.going = setTimeout(() => { if (this.at === wanted) this.go(wanted, isQuiet, goes + 1); }, 60 * 1.5 ** goes);
      return undefined;
    }
    element.firstElementChild.focus({ preventScroll: true });
    if (!isQuiet) said().textContent = `${wanted + 1} of ${this.source.count}`;
    return undefined;
  }

  heightAt(item) {
    const [block, row] = this.rowOf(item);
    return row === null ? this.measures.target : this.laid[block].heights[row] + this.measures.below;
  }

  leave(where) {
    const tile = this.source.tiles.get(this.at);
    if (!tile) return;
    this.remember(this.at);
    location.assign(this.addressOf(tile) + where);
  }

  async choose() {
    const tile = this.source.tiles.get(this.at);
    if (!tile) return;
    const { chooseSet } = await import("../sets/choose.js");
    chooseSet([tile.id], tile.title);
  }

  // --- Leaving and coming back --------------------------------------------------------------

  remember(place) {
    const at = place ?? this.at;
    const item = this.virtual > 0 ? this.itemAt(this.virtual) : -1;
    const tile = item >= this.lead.length ? this.source.tiles.get(item - this.lead.length) : null;
    history.replaceState({ ...history.state, gesso: {
      version: this.source.version, item, work: tile?.id, offset: item < 0 ? scrollY : this.topOf(item) - this.virtual,
      at, focused: at === undefined ? undefined : this.source.tiles.get(at)?.id,
    } }, "");
  }

  async restore(state) {
    const isSame = state.version === this.source.version;
    let item = state.item;
    if (!isSame && state.work) {
      const place = await this.source.placeOf(state.work);
      item = place === null ? item : place + this.lead.length;
    }
    if (item < 0) {
      scrollTo({ top: state.offset, behavior: "instant" });
      this.virtual = this.scroll = scrollY - this.gridTop;
      this.render();
    } else if (item < this.items) {
      this.show(item, state.offset);
      if (this.rowOf(item)[1] === null) await this.known(item).then(() => this.show(item, state.offset));
    }
    if (state.at === undefined) return;
    const at = isSame ? state.at : state.focused ? await this.source.placeOf(state.focused) : null;
    if (at !== null && at < this.source.count) {
      this.at = at;
      this.shown.get(at + this.lead.length)?.firstElementChild.focus({ preventScroll: true });
    }
  }

  async known(item) {
    for (let tries = 0; tries < 50 && this.rowOf(item)[1] === null; tries++) {
      this.source.shape(this.rowOf(item)[0]);
      await new Promise((done) => { setTimeout(done, 20); });
    }
  }

  // --- The scrubber -------------------------------------------------------------------------

  scrubber() {
    const rail = this.rail = Object.assign(document.createElement("div"), { className: "scrub", tabIndex: 0 });
    rail.setAttribute("role", "slider");
    rail.setAttribute("aria-label", "Place on the wall");
    rail.setAttribute("aria-orientation", "vertical");
    rail.setAttribute("aria-valuemin", 1);
    rail.setAttribute("aria-valuemax", this.source.count);
    this.here = rail.appendChild(Object.assign(document.createElement("span"), { className: "here" }));
    this.after(rail);
    const jump = (event) => {
      const box = rail.getBoundingClientRect();
      const part = Math.min(1, Math.max(0, (event.clientY - box.top - 8) / (box.height - 24)));
      this.virtual = part * Math.max(1, this.total - innerHeight);
      this.speed = FAST_PX;
      this.anchorTo();
      this.soon();
      clearTimeout(this.settling);
      this.settling = setTimeout(() => this.settle(), SETTLED_MS);
    };
    rail.addEventListener("pointerdown", (event) => {
      rail.setPointerCapture(event.pointerId);
      jump(event);
      event.preventDefault();
    });
    rail.addEventListener("pointermove", (event) => { if (rail.hasPointerCapture(event.pointerId)) jump(event); });
    rail.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
      if (!step && event.key !== "Home" && event.key !== "End") return;
      event.preventDefault();
      event.stopPropagation();
      const here = this.itemAt(Math.max(0, this.virtual + 1)) - this.lead.length;
      const to = event.key === "Home" ? 0 : event.key === "End" ? this.source.count - 1
        : Math.max(0, Math.min(this.source.count - 1, here + Math.ceil((step * this.source.count) / 100)));
      this.show(to + this.lead.length);
    });
    this.write();
    addEventListener("resize", () => this.write());
  }

  // Marks beside the places they are said of, as many as can be read.
  write() {
    const { rail } = this;
    for (const old of [...rail.querySelectorAll(".word")]) old.remove();
    const high = rail.clientHeight - 24;
    let { marks } = this.source;
    if (new Set(marks.map((one) => one.place)).size < 3) {
      marks = Array.from({ length: 9 }, (_, at) => Math.floor((at * (this.source.count - 1)) / 8))
        .map((place) => ({ place, words: (place + 1).toLocaleString("en"), is_major: false }));
    }
    const taken = [];
    for (const mark of [...marks.filter((one) => one.is_major), ...marks.filter((one) => !one.is_major)]) {
      const top = (mark.place / Math.max(1, this.source.count)) * high;
      if (taken.some((other) => Math.abs(other - top) < (mark.is_major ? 14 : 20))) continue;
      taken.push(top);
      const word = Object.assign(document.createElement("span"), { className: mark.is_major ? "word major" : "word", textContent: mark.words });
      word.style.top = `${top}px`;
      rail.append(word);
    }
  }

  point() {
    if (!this.rail) return;
    const part = Math.min(1, Math.max(0, this.virtual / Math.max(1, this.total - innerHeight)));
    this.here.style.transform = `translateY(${(18 + part * (this.rail.clientHeight - 24)).toFixed(1)}px)`;
    const place = Math.max(1, Math.min(this.source.count, this.itemAt(Math.max(0, this.virtual)) - this.lead.length + 1));
    const mark = this.source.marks.findLast?.((one) => one.place < place);
    this.rail.setAttribute("aria-valuenow", place);
    this.rail.setAttribute("aria-valuetext", `${place} of ${this.source.count}${mark ? `, ${mark.words}` : ""}`);
  }
}

const drawn = new Map();

function placeholder(hash) {
  let address = drawn.get(hash);
  if (address) return address;
  const { w, h, rgba } = thumbHashToRGBA(Uint8Array.from(atob(hash), (sign) => sign.charCodeAt(0)));
  const canvas = Object.assign(document.createElement("canvas"), { width: w, height: h });
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
  address = canvas.toDataURL();
  if (drawn.size > 500) drawn.clear();
  drawn.set(hash, address);
  return address;
}

customElements.define("g-grid", Grid);
