// The gallery: rows that are justified and never crop, more works as the end comes near, keys.
import { markInPlace } from "./favourite.js";

const ROW = { wall: 270, salon: 300, index: 110 };
const GAP = { wall: 22, salon: 6, index: 12 };
const CAPTION = { wall: 56, salon: 0, index: 40 };
const AHEAD_PX = 1600;

class Gallery extends HTMLElement {
  connectedCallback() {
    this.hang = localStorage.getItem("gesso.hang") || "wall";
    this.next = this.dataset.next;
    this.group = document.querySelector(".hang");
    this.group.hidden = false;
    this.group.addEventListener("click", (event) => {
      const hang = event.target.closest("button")?.dataset.hang;
      if (hang) this.rehang(hang);
    });
    markInPlace(this);
    this.addEventListener("keydown", (event) => this.walk(event));
    new ResizeObserver(() => this.lay()).observe(this.parentElement);
    addEventListener("scroll", () => this.reach(), { passive: true });
    this.rehang(this.hang);
  }

  rehang(hang) {
    this.hang = hang in ROW ? hang : "wall";
    localStorage.setItem("gesso.hang", this.hang);
    for (const button of this.group.children) {
      button.setAttribute("aria-pressed", String(button.dataset.hang === this.hang));
    }
    this.lay();
  }

  // One pass over the works: a row is full when it would become lower than the row's height.
  lay() {
    const width = this.clientWidth;
    if (!width) return;
    const small = innerWidth < 720 ? 0.56 : 1;
    const most = ROW[this.hang] * small;
    const gap = GAP[this.hang];
    const caption = CAPTION[this.hang];
    this.className = `is-justified is-${this.hang}`;
    let row = [], sum = 0, top = 0;
    const flush = (height) => {
      let left = 0;
      for (const [tile, ratio] of row) {
        const wide = ratio * height;
        const style = tile.style;
        style.left = `${left}px`;
        style.top = `${top}px`;
        style.width = `${wide}px`;
        tile.firstElementChild.style.height = `${height}px`;
        left += wide + gap;
      }
      top += height + caption + gap;
      row = [];
      sum = 0;
    };
    for (const tile of this.children) {
      const ratio = Math.min(6, Math.max(0.15, tile.dataset.w / tile.dataset.h || 1));
      row.push([tile, ratio]);
      sum += ratio;
      const height = (width - gap * (row.length - 1)) / sum;
      if (height <= most) flush(height);
    }
    // The last row is not stretched.
    if (row.length) flush(Math.min(most, (width - gap * (row.length - 1)) / sum));
    this.style.height = `${top}px`;
    this.reach();
  }

  async reach() {
    if (!this.next || this.isAsking) return;
    if (this.getBoundingClientRect().bottom > innerHeight + AHEAD_PX) return;
    this.isAsking = true;
    const asked = new URL(location.href);
    asked.searchParams.set("after", this.next);
    try {
      const answer = await fetch(asked);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const more = page.querySelector("g-gallery");
      this.next = more ? more.dataset.next : "";
      if (more) this.append(...[...more.children].map((tile) => document.adoptNode(tile)));
      if (!this.next) document.querySelector(".more")?.remove();
    } finally {
      this.isAsking = false;
    }
    this.lay();
  }

  walk(event) {
    const tile = event.target.closest(".w");
    if (!tile || event.altKey || event.ctrlKey || event.metaKey) return;
    const go = (other) => {
      if (!other) return;
      event.preventDefault();
      other.querySelector(".im").focus();
      other.scrollIntoView({ block: "nearest" });
    };
    const tiles = [...this.children];
    const at = tiles.indexOf(tile);
    if (event.key === "ArrowRight") go(tiles[at + 1]);
    else if (event.key === "ArrowLeft") go(tiles[at - 1]);
    else if (event.key === "Home") go(tiles[0]);
    else if (event.key === "End") go(tiles.at(-1));
    else if (event.key === "ArrowDown") go(this.beside(tiles, tile, 1));
    else if (event.key === "ArrowUp") go(this.beside(tiles, tile, -1));
    else if (event.key === "f") tile.querySelector(".fav").requestSubmit();
  }

  // The work of the next row (or the one before) whose middle is nearest.
  beside(tiles, tile, way) {
    const place = (one) => [parseFloat(one.style.top), parseFloat(one.style.left) + one.clientWidth / 2];
    const [top, middle] = place(tile);
    const beyond = tiles.filter((one) => way * (place(one)[0] - top) > 1);
    if (!beyond.length) return null;
    const row = Math.min(...beyond.map((one) => way * place(one)[0])) * way;
    const inRow = beyond.filter((one) => Math.abs(place(one)[0] - row) < 1);
    return inRow.reduce((best, one) =>
      Math.abs(place(one)[1] - middle) < Math.abs(place(best)[1] - middle) ? one : best);
  }
}

customElements.define("g-gallery", Gallery);
