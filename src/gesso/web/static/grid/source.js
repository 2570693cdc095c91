// Where a grid's works come from: a whole room, whose shape is known from far away; or the tiles of
// a page, with the pages that follow it.
const AT_ONCE = 60;
const BLOCK = 20_000;
const ALL_AT_ONCE = 200_000;
const MOST_ASKED = 4;
const NARROWEST = 0.2;
const RENEWED_EVERY_MS = 1500;

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

// A room: `outline` says how many works and how wide, `first` the aspects of the first of them.
export class RoomSource extends Source {
  constructor(changed, query, outline, first) {
    super(changed);
    this.query = query;
    this.read(outline);
    this.take(0, first);
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
  }

  take(start, aspects) {
    this.aspects.set(aspects.subarray(0, this.count - start), start);
    const last = Math.min(this.count, start + aspects.length);
    for (let at = start; at < last; at += this.chunk) {
      if (Math.min(at + this.chunk, this.count) <= last) this.known[at / this.chunk] = 1;
    }
  }

  isKnown(chunk) {
    return this.known[chunk] === 1;
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
    if (this.asked.has(start)) return;
    this.asked.add(start);
    try {
      const answer = await fetch(this.address("aspects", start, Math.min(size, ALL_AT_ONCE)));
      if (version !== this.version) return;
      if (!answer.ok) return this.lost(answer);
      this.take(start, new Uint16Array(await answer.arrayBuffer()));
      this.changed("shape");
    } catch {
      setTimeout(() => this.asked.delete(start), 2000);
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
      const start = page * AT_ONCE;
      const end = Math.min(this.count, start + AT_ONCE);
      let isWhole = true;
      for (let place = start; place < end && isWhole; place++) isWhole = this.tiles.has(place);
      if (!isWhole && !this.asking.has(page)) this.ask(page, start);
    }
  }

  async ask(page, start) {
    const stop = new AbortController();
    this.asking.set(page, stop);
    const version = this.version;
    try {
      const answer = await fetch(this.address("tiles", start, AT_ONCE), { signal: stop.signal });
      if (version !== this.version) return;
      if (!answer.ok) return this.lost(answer);
      const { works } = await answer.json();
      works.forEach((tile, at) => this.tiles.set(start + at, tile));
      this.forget(start);
      this.changed("tiles");
    } catch (error) {
      if (error.name !== "AbortError") this.changed("away");
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
    if (answer.status !== 404 || this.isRenewing) return this.changed("away");
    this.isRenewing = true;
    // A server that does not know what it has just told is not asked without a pause.
    const since = performance.now() - (this.renewedAt ?? -Infinity);
    if (since < RENEWED_EVERY_MS) await new Promise((resolve) => { setTimeout(resolve, RENEWED_EVERY_MS - since); });
    this.renewedAt = performance.now();
    const outline = await fetch(`/api/works/outline?${this.query}`, { cache: "no-store" }).catch(() => null);
    if (outline?.ok) {
      this.read(await outline.json());
      this.changed("renewed");
    }
    this.isRenewing = false;
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
    if (!this.next || this.isAsking || to < this.count - 30) return;
    this.isAsking = true;
    try {
      const answer = await fetch(this.next);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.put([...page.querySelectorAll("g-grid .w:not(.making)")].map(tileOf));
      this.next = page.querySelector("a[rel=next]")?.getAttribute("href") || "";
      this.changed("more");
    } catch {
      this.changed("away");
    } finally {
      this.isAsking = false;
    }
  }

  async placeOf(work) {
    for (const [place, tile] of this.tiles) if (tile.id === work) return place;
    return null;
  }
}
