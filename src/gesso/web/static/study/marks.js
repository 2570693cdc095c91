// The subject, corrected by hand: a box around it, strokes over it and beside it, drawn on the picture.

import { html, render, svg } from "../vendor/lit/lit.js";

const WAYS = { box: "Box around it", keep: "Stroke over it", drop: "Stroke beside it" };
const STEP = 0.006;
const TALL_PX = 400;
const short = (number) => String(Math.round(number * 1e4) / 1e4);

export class Marks {
  /**
   * @param {HTMLElement} section the part of the page that tells of the subject.
   * @param {{src: string, width: number, height: number}} photo the picture that is drawn on.
   * @param {(marks: object) => Promise<object>} ask reads the subject again, for marks as wishes.
   * @param {object} asked the wishes that the page was opened with.
   */
  constructor(section, photo, ask, asked) {
    this.section = section;
    this.photo = photo;
    this.ask = ask;
    this.way = "box";
    this.box = asked.box ? asked.box.split(",").map(Number) : null;
    this.keep = (asked.keep_strokes ?? []).map(pointsOf);
    this.drop = (asked.drop_strokes ?? []).map(pointsOf);
    this.place = section.querySelector(".marks");
    this.note = section.querySelector(".note");
    this.sheets = [...this.place.querySelectorAll("img")].map((image) => ({ href: image.src, caption: image.alt }));
    this.place.replaceChildren();
    this.place.style.setProperty("--wide", `${Math.round(TALL_PX * photo.width / photo.height)}px`);
    this.draw();
  }

  draw() {
    const { width, height, src } = this.photo;
    const line = (stroke) => stroke.map(([x, y]) => `${x * width},${y * height}`).join(" ");
    const thick = Math.max(width, height) / 110;
    render(html`
      <div class="tools" role="group" aria-label="Marks">
        ${Object.entries(WAYS).map(([way, words]) => html`<button type="button" class="chip" aria-pressed=${this.way === way}
          @click=${() => { this.way = way; this.draw(); }}>${words}</button>`)}
        <button type="button" class="chip" ?disabled=${!this.marked} @click=${() => this.clear()}>Clear</button>
      </div>
      <figure class="sheet paper"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="The picture with your marks"
          @pointerdown=${(event) => this.begin(event)} @pointermove=${(event) => this.go(event)} @pointerup=${() => this.end()} @pointercancel=${() => this.end()}>
        <image href=${src} width=${width} height=${height}></image>
        ${this.box ? svg`<rect x=${this.box[0] * width} y=${this.box[1] * height} width=${this.box[2] * width} height=${this.box[3] * height}></rect>` : ""}
        ${this.keep.map((stroke) => svg`<polyline class="keep" stroke-width=${thick} points=${line(stroke)}></polyline>`)}
        ${this.drop.map((stroke) => svg`<polyline class="drop" stroke-width=${thick} points=${line(stroke)}></polyline>`)}
      </svg><figcaption>Draw on the picture: it is cut again when you let go.</figcaption></figure>
      ${this.sheets.map((sheet) => html`<figure class="sheet"><img src=${sheet.href} alt=${sheet.caption}><figcaption>${sheet.caption}</figcaption></figure>`)}
    `, this.place);
  }

  get marked() {
    return Boolean(this.box || this.keep.length || this.drop.length);
  }

  begin(event) {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    this.start = this.at(event);
    if (this.way === "box") this.box = [...this.start, 0.001, 0.001];
    else this[this.way] = [...this[this.way], [this.start]];
    this.draw();
  }

  go(event) {
    if (!this.start) return;
    const [x, y] = this.at(event);
    if (this.way === "box") {
      const [left, top] = [Math.min(x, this.start[0]), Math.min(y, this.start[1])];
      this.box = [left, top, Math.abs(x - this.start[0]) || 0.001, Math.abs(y - this.start[1]) || 0.001];
    } else {
      const stroke = this[this.way].at(-1), [px, py] = stroke.at(-1);
      if (Math.hypot(x - px, y - py) < STEP) return;
      stroke.push([x, y]);
    }
    this.draw();
  }

  end() {
    if (!this.start) return;
    this.start = null;
    if (this.box && (this.box[2] < 0.01 || this.box[3] < 0.01)) this.box = null;
    this.draw();
    this.again();
  }

  clear() {
    this.box = null;
    this.keep = [];
    this.drop = [];
    this.draw();
    this.again();
  }

  async again() {
    const asked = this.asking = {};
    const reading = await this.ask({
      box: this.box?.map(short).join(",") ?? null,
      keep_strokes: this.keep.map(wordsOf),
      drop_strokes: this.drop.map(wordsOf),
    });
    if (asked === this.asking && reading) this.retell(reading);
  }

  /** The subject as it was read again with other wishes. */
  retell(reading) {
    this.note.textContent = reading.note || reading.abstains;
    this.sheets = reading.sheets.filter((sheet) => sheet.role === "sheet");
    this.draw();
  }

  at(event) {
    const box = event.currentTarget.getBoundingClientRect();
    const part = (value) => Math.min(1, Math.max(0, value));
    return [part((event.clientX - box.left) / box.width), part((event.clientY - box.top) / box.height)];
  }
}

const pointsOf = (words) => words.split(" ").map((point) => point.split(",").map(Number));
const wordsOf = (stroke) => stroke.map(([x, y]) => `${short(x)},${short(y)}`).join(" ");
