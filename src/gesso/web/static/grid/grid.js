// <g-grid>: works in justified rows that never crop, of which only those near the window are there.
// It takes over the tiles of the page; without it they hang by themselves.
import { isComeBackTo, markedHere, setFavourite } from "../favourite.js";
import { HANGINGS, Hung, MOST_PX, lastNotAbove, scrollOf, virtualOf } from "./hung.js";
import { Layer, Scrubber, fillTile, madeTile, showMark } from "./parts.js";
import { ListSource, RoomSource, tileOf } from "./source.js";

const AHEAD_PX = 700;
const MOST_TILES = 84;
const SETTLED_MS = 140;
const RESTING_MS = 1500;
const DRIFT_PX = 20_000;
const FAST_PX = 2400;
const MOST_TURNS = 4;
const TURN_MS = 1000;
const STEPS = ["next", "previous", "first", "last", "below", "above", "onward", "back", "wall", "salon", "index"];
const STEPS_AT_A_WORK = ["favourite", "record", "compare", "set"];

class Grid extends HTMLElement {
  connectedCallback() {
    if (this.layer) return;
    const changed = (what) => this.changed(what);
    this.lead = [...this.querySelectorAll(".making")];
    if (this.dataset.outline) {
      this.source = new RoomSource(changed, this);
    } else {
      const tiles = [...this.querySelectorAll(".w:not(.making)")].map(tileOf);
      const next = document.querySelector("a[rel=next]")?.getAttribute("href") || "";
      this.source = new ListSource(changed, tiles, next);
    }
    this.layer = new Layer();
    if (isComeBackTo()) this.remark();
    this.replaceChildren(this.layer.element);
    document.querySelector(".more")?.remove();
    this.hanging = localStorage.getItem("gesso.hang");
    if (!(this.hanging in HANGINGS)) this.hanging = "wall";
    this.listen();
    this.style.setProperty("min-height", "1px");
    this.classList.add("is-laid");
    this.dress();
    this.measure();
    this.begin(Number(this.dataset.place || 0));
    this.follow();
    addEventListener("load", () => setTimeout(() => this.layer.sharpen(), 400));
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
    document.addEventListener("gesso:hung", () => this.renew().then(() => this.follow()));
    history.scrollRestoration = "manual";
    document.querySelector(".sources")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());
    const bar = document.querySelector(".spec");
    const wake = () => { bar.isAwake ||= Boolean(import("./spectrum.js").then(({ spectrum }) => spectrum(bar))); };
    for (const kind of ["pointerenter", "focusin"]) bar?.addEventListener(kind, wake, { once: true });
    if ("scrub" in this.dataset) this.rail = new Scrubber(this);
  }

  measure() {
    this.width = this.clientWidth;
    this.hung = new Hung(this.source, this.lead.length, this.hanging, this.width);
    this.rail?.write();
    this.stretch();
  }

  stretch() {
    this.style.height = `${Math.min(this.total, MOST_PX)}px`;
  }

  get total() {
    return this.hung.total;
  }

  // --- Where the window is -------------------------------------------------------------------

  get gridTop() {
    return this.getBoundingClientRect().top + scrollY;
  }

  begin(place) {
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
    if (Math.abs(this.virtual - before) > 1 && !this.contains(document.activeElement)) this.layer.clear();
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
    this.layer.sharpen(() => this.speed);
  }

  anchor() {
    const beneath = document.documentElement.scrollHeight - this.gridTop - MOST_PX;
    this.virtual = Math.min(this.virtual, Math.max(0, this.total - innerHeight + beneath));
    const wanted = scrollOf(this.virtual, this.total);
    if (Math.abs(wanted - this.scroll) < DRIFT_PX) return;
    this.anchorTo();
    this.layer.hold(this.scroll - this.virtual);
  }

  show(item, offset = 0) {
    this.virtual = Math.max(0, this.hung.topOf(item) - offset);
    this.anchorTo();
    if (this.total <= MOST_PX) this.virtual = this.scroll;
    this.render();
  }

  // --- What is there -------------------------------------------------------------------------

  render() {
    const { layer, lead, virtual } = this;
    const wanted = this.wanted();
    layer.show(wanted, virtual, (item) => this.made(item), (element, item, box) => this.fill(element, item, box));
    layer.hold(this.scroll - virtual);
    const places = [...wanted.keys()].filter((item) => item >= lead.length);
    if (places.length && (this.speed || 0) < FAST_PX) {
      this.source.want(Math.min(...places) - lead.length, Math.max(...places) + 1 - lead.length);
    }
    this.rail?.point();
  }

  // What hangs near the window: its boxes by its items. A shape that is missing is asked for.
  wanted() {
    const { hung, virtual } = this;
    const from = virtual - AHEAD_PX, to = virtual + innerHeight + AHEAD_PX;
    const stretch = { from, to, top: virtual, bottom: virtual + innerHeight, most: MOST_TILES };
    const wanted = new Map();
    let unknown = -1;
    let block = lastNotAbove(hung.tops, Math.max(0, from), hung.blocks);
    for (; block < hung.blocks && hung.tops[block] < to; block++) {
      if (hung.laid[block]) hung.boxesWithin(block, stretch, wanted);
      else if (unknown < 0) unknown = block;
    }
    if (unknown >= 0) this.source.shape(unknown);
    return wanted;
  }

  made(item) {
    const { source, lead } = this;
    return lead[item] ?? madeTile(item - lead.length, source.next ? -1 : source.count);
  }

  fill(element, item, box) {
    const tile = element.tile || this.source.tiles.get(item - this.lead.length);
    if (tile && !element.tile) fillTile(element, tile, this.addressOf(tile), box);
  }

  // The page of a work knows which wall it was come from: what is turned to from there hangs here.
  addressOf(tile) {
    return `/works/${tile.id}${this.dataset.query ? `?${this.dataset.query}` : ""}`;
  }

  changed(what) {
    if (what === "away") {
      document.dispatchEvent(new CustomEvent("gesso:told", { detail: "The studio cannot be reached. What was seen stays." }));
      return;
    }
    if (what === "tiles") return this.soon();
    // The shape is known better: what is in the window stays where it is.
    const item = Math.min(...this.layer.shown.keys(), Infinity);
    const held = Number.isFinite(item) ? item : this.hung.itemAt(Math.max(0, this.virtual));
    const before = this.hung.topOf(held);
    const isAtEnd = what === "shape" && scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    if (what === "renewed" || what === "more") {
      if (what === "renewed") this.layer.clear();
      this.measure();
    } else {
      this.hung.sum();
      this.stretch();
    }
    const shift = this.hung.topOf(held) - before;
    if (isAtEnd) {
      scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
      this.scroll = scrollY - this.gridTop;
      this.virtual = virtualOf(this.scroll, this.total);
    } else if (shift) {
      this.virtual += shift;
      this.layer.origin += shift;
      if (this.virtual > 0) this.anchorTo();
    }
    if (what === "more") this.layer.laidAt += 1;
    this.render();
  }

  anchorTo() {
    scrollTo({ top: this.gridTop + scrollOf(this.virtual, this.total), behavior: "instant" });
    this.scroll = scrollY - this.gridTop;
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
    const item = this.virtual > 0 ? this.hung.itemAt(this.virtual) : -1;
    this.dress();
    this.layer.clear();
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

  // --- Marks and places -------------------------------------------------------------

  placeOfElement(element) {
    const place = element?.closest?.(".w")?.dataset.place;
    return place === undefined ? undefined : Number(place);
  }

  async mark(place) {
    const tile = this.source.tiles.get(place);
    if (!tile) return;
    const put = (isMarked) => {
      tile.favourite = isMarked;
      showMark(this.layer.shown.get(place + this.lead.length), isMarked);
    };
    const wished = !tile.favourite;
    put(wished);
    if (!(await setFavourite(tile.id, wished))) put(!wished);
    this.say(`${tile.title}: ${tile.favourite ? "a favourite" : "no favourite"}`);
  }

  // What was marked on other pages since this one was drawn.
  remark(marked = markedHere()) {
    for (const [place, tile] of this.source.tiles) {
      if (!(tile.id in marked)) continue;
      tile.favourite = marked[tile.id];
      showMark(this.layer.shown.get(place + this.lead.length), tile.favourite);
    }
  }

  // Keys, in the order in which they are pressed; who walks by them comes with the first.
  act(event) {
    const { action } = event.detail;
    const isForHere = STEPS.includes(action) || (this.at !== undefined && STEPS_AT_A_WORK.includes(action));
    if (!isForHere || !this.source.count) return;
    event.preventDefault();
    this.walking ??= import("./walk.js").then(({ Walk }) => new Walk(this));
    this.walking.then((walk) => walk.act(action));
  }

  // Read out what cannot be seen.
  say(words) {
    const said = document.querySelector("#said") || document.body.appendChild(
      Object.assign(document.createElement("p"), { id: "said", className: "unseen", role: "status" }));
    said.textContent = words;
  }

  // --- Leaving and coming back --------------------------------------------------------------

  remember(place) {
    history.replaceState({ ...history.state, gesso: this.whereabouts(place ?? this.at) }, "");
  }

  // What is in the window, and at which place one is.
  whereabouts(at) {
    const { hung } = this;
    const item = this.virtual > 0 ? hung.itemAt(this.virtual) : -1;
    const tile = item >= this.lead.length ? this.source.tiles.get(item - this.lead.length) : null;
    return {
      version: this.source.version, item, work: tile?.id, offset: item < 0 ? scrollY : hung.topOf(item) - this.virtual,
      at, focused: at === undefined ? undefined : this.source.tiles.get(at)?.id,
    };
  }

  // Works in the making, as soon as there are any.
  follow() {
    if (!this.lead.length) return;
    this.following ??= import("./making.js").then(({ follow }) => follow(this));
    this.following.then((look) => look());
  }

  // Something else hangs on this wall now; tiles of works of which none came stay before it.
  renew() {
    if (!this.source.renew) return Promise.resolve();
    return import("./renew.js").then(({ renew }) => renew(this));
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
    } else if (item < this.hung.items) {
      this.show(item, state.offset);
      if (!this.hung.isKnown(item)) await this.known(item).then(() => this.show(item, state.offset));
    }
    if (state.at === undefined) return;
    const at = isSame ? state.at : state.focused ? await this.source.placeOf(state.focused) : null;
    if (at !== null && at < this.source.count) {
      this.at = at;
      this.layer.shown.get(at + this.lead.length)?.firstElementChild.focus({ preventScroll: true });
    }
  }

  async known(item) {
    for (let tries = 0; tries < 50 && !this.hung.isKnown(item); tries++) {
      this.source.shape(this.hung.rowOf(item)[0]);
      await new Promise((done) => { setTimeout(done, 20); });
    }
  }

  // To a part of the whole height, as the rail asks.
  jump(part) {
    this.virtual = part * Math.max(1, this.total - innerHeight);
    this.speed = FAST_PX;
    this.anchorTo();
    this.soon();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLED_MS);
  }
}

customElements.define("g-grid", Grid);
