// Where a grid's works come from: a whole room, whose shape is known from far away; or the tiles of
// a page, with the pages that follow it.
const AT_ONCE = 60;
const BLOCK = 20_000;
const ALL_AT_ONCE = 200_000;
const MOST_ASKED = 4;
const NARROWEST = 0.2;
const RENEWED_EVERY_MS = 1500;
const REST_MS = 2000;
const LONGEST_REST_MS = 60_000;

export function tileOf(element) {
  const picture = element.querySelector("img");
  const data = element.dataset;
  return {
    id: Number(data.id), width: Number(data.w), height: Number(data.h), thumbhash: data.hash,
    small: data.small, large: data.large, alt: picture ? picture.alt : "",
    title: element.querySelector(".t").textContent,
    line: element.querySelector(".cap span").textContent,
    favourite: element.querySelector(".fav button").getAttribute("aria-pressed") === "true",
  };
}

// What was asked for and did not come is asked for again after a while, each time after a longer one:
// an answer that is never whole, or a server that never gives one, costs a page next to nothing.
export class Patience {
  constructor(again, least = REST_MS) {
    this.again = again;
    this.least = least;
    this.tries = new Map();
    this.resting = new Map();
  }

  isResting(what) {
    return this.resting.has(what);
  }

  rest(what) {
    if (this.isResting(what)) return;
    const tries = this.tries.get(what) || 0;
    this.tries.set(what, tries + 1);
    const wait = Math.min(LONGEST_REST_MS, this.least * 2 ** tries);
    this.resting.set(what, setTimeout(() => {
      this.resting.delete(what);
      this.again();
    }, wait));
  }

  came(what) {
    this.tries.delete(what);
    clearTimeout(this.resting.get(what));
    this.resting.delete(what);
  }

  forget() {
    for (const timer of this.resting.values()) clearTimeout(timer);
    this.resting.clear();
    this.tries.clear();
  }
}

class Source {
  constructor(changed) {
    this.changed = changed;
    this.tiles = new Map();
  }

  // Width over height of the box at a place: a sliver of a work still gets a box one can hit.
  aspect(place) {
    return Math.max(NARROWEST, this.aspects[place] / 1000);
  }
}

// A room. Its grid, as the page has it, says how many works there are and how wide, the aspects of the
// first of them, and brings some tiles.
export class RoomSource extends Source {
  constructor(changed, grid) {
    super(changed);
    this.query = grid.dataset.query;
    this.patience = new Patience(() => this.changed("tiles"));
    this.renewals = 0;
    this.renew(grid);
  }

  renew(grid) {
    const first = Uint8Array.from(atob(grid.dataset.aspects), (sign) => sign.charCodeAt(0));
    this.read(JSON.parse(grid.dataset.outline));
    this.take(0, new Uint16Array(first.buffer));
    for (const tile of grid.querySelectorAll(".w:not(.making)")) this.tiles.set(Number(tile.dataset.place), tileOf(tile));
  }

  read(outline) {
    this.version = outline.version;
    this.count = outline.count;
    this.chunk = outline.chunk;
    this.widths = outline.widths;
    this.marks = outline.marks;
    this.aspects = new Uint16Array(this.count);
    this.known = new Uint8Array(Math.ceil(this.count / this.chunk));
    this.asked = new Set();
    this.asking = new Map();
    this.tiles.clear();
    this.patience.forget();
  }

  take(start, aspects) {
    this.aspects.set(aspects.subarray(0, this.count - start), start);
    const last = Math.min(this.count, start + aspects.length);
    for (let at = start; at < last; at += this.chunk) {
      if (Math.min(at + this.chunk, this.count) <= last) this.known[at / this.chunk] = 1;
    }
  }

  // Of an empty room, where only works in the making hang, all is known.
  isKnown(chunk) {
    return this.known[chunk] === 1 || !this.count;
  }

  address(what, start, count) {
    const query = this.query ? `${this.query}&` : "";
    return `/api/works/${what}?${query}version=${this.version}&start=${start}&count=${count}`;
  }

  // The shape of all of a room that is small enough, else of what is asked for.
  async shape(chunk) {
    const size = this.count <= ALL_AT_ONCE ? this.count : BLOCK;
    const start = Math.floor((chunk * this.chunk) / size) * size;
    const version = this.version;
    const name = `shape ${start}`;
    if (this.asked.has(start) || this.patience.isResting(name)) return;
    this.asked.add(start);
    try {
      const answer = await fetch(this.address("aspects", start, Math.min(size, ALL_AT_ONCE)));
      if (version !== this.version) return;
      if (answer.ok) this.take(start, new Uint16Array(await answer.arrayBuffer()));
      else this.lost(answer);
      if (!this.isKnown(chunk)) this.patience.rest(name);
      else this.changed("shape");
    } catch {
      this.patience.rest(name);
    } finally {
      if (version === this.version) this.asked.delete(start);
    }
  }

  // Ask for the tiles of some places that are not here; what is far from them is not waited for.
  want(from, to) {
    const first = Math.floor(from / AT_ONCE), last = Math.floor(Math.max(from, to - 1) / AT_ONCE);
    for (const [page, stop] of this.asking) {
      if (page < first - 1 || page > last + 1) {
        stop.abort();
        this.asking.delete(page);
      }
    }
    for (let page = first; page <= last && this.asking.size < MOST_ASKED; page++) {
      if (this.asking.has(page) || this.patience.isResting(page) || this.isWhole(page)) continue;
      this.ask(page, page * AT_ONCE);
    }
  }

  isWhole(page) {
    const end = Math.min(this.count, (page + 1) * AT_ONCE);
    for (let place = page * AT_ONCE; place < end; place++) if (!this.tiles.has(place)) return false;
    return true;
  }

  async ask(page, start) {
    const stop = new AbortController();
    this.asking.set(page, stop);
    const version = this.version;
    try {
      const answer = await fetch(this.address("tiles", start, AT_ONCE), { signal: stop.signal });
      if (version !== this.version) return;
      if (!answer.ok) {
        this.patience.rest(page);
        return this.lost(answer);
      }
      const { works } = await answer.json();
      works.forEach((tile, at) => this.tiles.set(start + at, tile));
      this.forget(start);
      this.renewals = 0;
      if (this.isWhole(page)) this.patience.came(page);
      else this.patience.rest(page);
      this.changed("tiles");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.patience.rest(page);
      this.changed("away");
    } finally {
      if (this.asking.get(page) === stop) this.asking.delete(page);
    }
  }

  // Of a million tiles some thousands are kept.
  forget(near) {
    if (this.tiles.size < 6000) return;
    for (const place of this.tiles.keys()) if (Math.abs(place - near) > 2000) this.tiles.delete(place);
  }

  // The server does not know this version any more: it was started anew, or much has changed.
  async lost(answer) {
    if (this.isRenewing) return;
    if (answer.status !== 404) return this.changed("away");
    this.isRenewing = true;
    // A server that does not know what it has just told is asked again and again, but ever more seldom.
    const pause = Math.min(LONGEST_REST_MS, RENEWED_EVERY_MS * 2 ** this.renewals);
    const since = performance.now() - (this.renewedAt ?? -Infinity);
    if (since < pause) await new Promise((resolve) => { setTimeout(resolve, pause - since); });
    this.renewedAt = performance.now();
    this.renewals += 1;
    const outline = await fetch(`/api/works/outline?${this.query}`, { cache: "no-store" }).catch(() => null);
    this.isRenewing = false;
    if (!outline?.ok) return;
    this.read(await outline.json());
    this.changed("renewed");
  }

  async placeOf(work) {
    const query = this.query ? `${this.query}&` : "";
    const answer = await fetch(`/api/works/place?${query}work=${work}`).catch(() => null);
    const found = answer?.ok ? await answer.json() : null;
    return found && found.version === this.version ? found.place : null;
  }
}

// The tiles of a page, and where the next page is.
export class ListSource extends Source {
  constructor(changed, tiles, next) {
    super(changed);
    this.patience = new Patience(() => this.changed("tiles"));
    this.chunk = 1000;
    this.marks = [];
    this.aspects = [];
    this.put(tiles);
    this.next = next;
  }

  get count() {
    return this.aspects.length;
  }

  get widths() {
    return [];
  }

  put(tiles) {
    for (const tile of tiles) {
      this.tiles.set(this.aspects.length, tile);
      this.aspects.push((1000 * tile.width) / tile.height || 1000);
    }
  }

  isKnown() {
    return true;
  }

  shape() {}

  async want(_from, to) {
    if (!this.next || this.isAsking || to < this.count - 30 || this.patience.isResting("next")) return;
    this.isAsking = true;
    const before = this.count;
    try {
      const answer = await fetch(this.next);
      if (!answer.ok) return this.patience.rest("next");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.put([...page.querySelectorAll("g-grid .w:not(.making)")].map(tileOf));
      this.next = page.querySelector("a[rel=next]")?.getAttribute("href") || "";
      if (this.count > before) this.patience.came("next");
      else this.patience.rest("next");
    } catch {
      this.patience.rest("next");
      return this.changed("away");
    } finally {
      this.isAsking = false;
    }
    return this.changed("more");
  }

  async placeOf(work) {
    for (const [place, tile] of this.tiles) if (tile.id === work) return place;
    return null;
  }
}
