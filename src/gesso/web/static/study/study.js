// The study page: sliders that redraw here, views on one stage, tips that point at their blocks.
// What the page needs is in its HTML already; this makes it move.

import { html, nothing, render, svg } from "../vendor/lit/lit.js";
import { adviceOf } from "./advice.js";
import { Changes } from "./changes.js";
import { Histogram } from "./histogram.js";
import { intentOf } from "./intent.js";
import { Marks } from "./marks.js";
import { chip, imageAt, many, percent, slider } from "./pieces.js";
import { AWAY, addressed, followed, readingOf } from "./rest.js";
import { Stage, countsOf, cutsOf, mapAt, roughly } from "./stage.js";
import { squinted, toneOf } from "./tones.js";

const VIEWS = {
  plan: "Plan", notan: "Two values", blocks: "Shapes", colour: "In colour",
  edges: "Edges", gray: "Grays", attention: "Attention", photo: "Picture",
};
const CUTS = { quantile: "Equal areas", natural: "Natural breaks", even: "Even steps" };
const DETAILS = { coarse: "Large only", calm: "Calm", usual: "Usual", fine: "Fine" };
const SHEETS = { colour: "colour-blocks", edges: "edges", attention: "attention" };
const SHAPES = ["blocks", "colour", "edges"];
const BIG = 0.05;
const USUAL = { plan: 5, cut: "quantile", coherence: 0.783, detail: "usual", levels: 5 };

class Study extends HTMLElement {
  async connectedCallback() {
    const told = JSON.parse(this.querySelector(".study-told").textContent);
    Object.assign(this, { title_: told.title, words: told.changes, intents: told.intents, asked: told.asked });
    this.removeAttribute("title");
    this.count = told.asked.plan ?? USUAL.plan;
    this.cut = told.asked.cut ?? USUAL.cut;
    Object.assign(this, { view: "plan", squint: 0, shows: new Set(), pointed: [], own: null, seen: null });
    this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", ({ data }) => this.settle(data));
    this.photo = this.querySelector(".big img");
    this.aside = this.querySelector(".ctl");
    try {
      await Promise.all([this.hold(told.study), this.photo.decode()]);
    } catch {
      // What cannot be fetched (the server was started anew) leaves the page as it was sent.
      this.classList.add("is-left");
      return;
    }
    this.unfold();
    this.keys();
  }

  disconnectedCallback() {
    this.worker?.terminate();
  }

  /** Take a study: its readings by tool, and the maps that the sliders cut. */
  async hold(study) {
    const readings = Object.fromEntries(study.readings.map((reading) => [reading.tool, reading]));
    const sheets = Object.fromEntries(study.readings.flatMap((reading) => reading.sheets.map((one) => [one.name, one])));
    const names = ["value-tones", "value-plan-tones", "notan-tones", "blocks-map"];
    const [tones, plan, notan, blocks] = await Promise.all(names.map((name) => mapAt(sheets[name].href)));
    Object.assign(this, { study, readings, sheets, tones, blocks, calm: { plan, notan } });
    this.tone ??= toneOf(readings.notan.figures.cut);
    this.soften();
  }

  /** The planes that are cut: as they came, or blurred by the squint. */
  soften() {
    const radius = this.squint;
    this.planes = Object.fromEntries(Object.entries(this.calm).map(([name, plane]) => [name, radius
      ? { ...plane, counts: undefined, cuts: undefined, isSoft: true, data: squinted(plane.data, plane.width, plane.height, radius) }
      : plane]));
    this.plane = (this.plane ?? 0) + 1;
  }

  /** Lay out what only works here, over what was sent. */
  unfold() {
    const place = this.querySelector(".big .canvas");
    this.canvas = place.querySelector("canvas");
    this.stage = new Stage(this.canvas, this.photo, this.tones);
    this.over = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.over.classList.add("over");
    this.over.setAttribute("viewBox", `0 0 ${this.canvas.width} ${this.canvas.height}`);
    place.append(this.over);
    this.canvas.addEventListener("pointermove", (event) => this.read(event));
    this.canvas.addEventListener("pointerleave", () => this.tellTime());
    this.small = this.querySelector(".small");
    this.panel = this.querySelector(".panel");
    this.advice = this.querySelector(".advice");
    for (const one of [this.small, this.panel, this.advice]) one.replaceChildren();
    this.aside.querySelector("form.plainly").remove();
    this.classList.remove("is-left");
    this.classList.add("is-live");
    const source = { src: this.photo.src, width: this.study.width, height: this.study.height };
    const section = this.querySelector("#subject");
    if (section) this.marks = new Marks(section, source, (marks) => this.mark(marks), this.asked);
    this.ifs = new Changes(this.querySelector(".ifs"), this.words, this.asked, {
      ask: (tool, wishes) => this.ask(tool, wishes),
      levels: () => this.readings.blocks.figures.levels,
      show: (image, words) => this.show(image, { words, isChange: true }),
      unsee: () => this.unsee(),
      away: () => this.away(),
    });
    this.histogram = new Histogram(this);
    this.drawSmall();
    // Enlarged once, before the first step is timed.
    this.stage.enlarged("plan", this.planes.plan);
    this.step();
  }

  /** One step: cut, draw, tell. */
  step() {
    const began = performance.now();
    const plane = this.planes.plan;
    const cuts = this.own ?? cutsOf(plane, this.count, this.cut);
    this.plan = roughly(plane, this.tones.data, cuts);
    this.paint();
    this.took = performance.now() - began;
    this.question = (this.question ?? 0) + 1;
    if (!this.isAsked) this.inquire();
    this.tell();
  }

  /** Ask the worker for the plan as it is wished now, one question at a time: what a moving slider has left behind is
   *  never worked on. */
  inquire() {
    this.isAsked = true;
    const { data, width, height } = this.planes.plan;
    const picture = this.plane === this.known ? undefined
      : { id: this.known = this.plane, tones: this.tones.data, smooth: data, width, height };
    const wishes = { count: this.count, cut: this.cut, cuts: this.own ?? undefined };
    this.worker.postMessage({ picture, of: this.plane, ask: this.question, wishes });
  }

  /** The worker's plan, its specks merged, where it is still the one that was asked for. */
  settle({ ask, plan }) {
    this.isAsked = false;
    if (ask !== this.question) { this.inquire(); return; }
    this.plan = plan;
    if (this.view === "plan" && !this.seen) this.paint();
    this.dispatchEvent(new CustomEvent("settled", { detail: plan }));
    this.tell();
  }

  paint() {
    const { stage } = this;
    if (this.seen) { stage.whole(this.seen.image); this.overlay(); return; }
    if (this.view === "plan") stage.bands(this.planes.plan, this.plan);
    else if (this.view === "notan") stage.notan(this.planes.notan, this.tone);
    else if (this.view === "blocks") stage.blocks(this.blocks, this.readings.blocks.figures.levels, this.pointed);
    else if (this.view === "gray") stage.grays(this.squint / 360);
    else if (this.view === "photo") stage.whole(this.photo);
    else this.sheet(SHEETS[this.view]);
    this.overlay();
  }

  /** A sheet of the server's on the stage, as soon as it is here. */
  async sheet(name) {
    const { href } = this.sheets[name], { view } = this;
    const image = await imageAt(href);
    if (!image) this.away();
    else if (this.view === view && !this.seen) this.stage.whole(image);
  }

  overlay() {
    const { width, height } = this.canvas, { figures } = this.readings.composition;
    const radius = Math.max(width, height);
    const lines = this.shows.has("thirds") ? [1, 2].map((part) => svg`
      <line x1=${part * width / 3} x2=${part * width / 3} y1="0" y2=${height}></line>
      <line y1=${part * height / 3} y2=${part * height / 3} x1="0" x2=${width}></line>`) : nothing;
    const ring = (x, y, size, words) => svg`<circle cx=${x * width} cy=${y * height} r=${size * radius}><title>${words}</title></circle>`;
    const rings = this.shows.has("focus") && figures.focal_x !== undefined ? [
      ring(figures.focal_x, figures.focal_y, 0.1, "Where the eye lands first"),
      figures.second_x === undefined ? nothing : ring(figures.second_x, figures.second_y, 0.04, "Where it goes next"),
    ] : nothing;
    render(svg`<g class="rim">${lines}${rings}</g><g>${lines}${rings}</g>`, this.over);
  }

  tell() {
    const shapes = this.readings.blocks.figures;
    this.aside.querySelector("h1").textContent = this.headline();
    this.querySelector(".big .what").textContent = this.caption();
    this.tellTime();
    render(this.controls(shapes), this.panel);
    render(adviceOf(this.study, this, this), this.advice);
    this.ifs.tell(Boolean(this.seen?.isChange));
  }

  tellTime() {
    this.querySelector(".big .took").textContent = `${Math.max(1, Math.round(this.took))} ms in this browser`;
  }

  headline() {
    const { figures } = this.readings.blocks;
    const big = figures.areas.filter((area) => area >= BIG).length;
    const values = SHAPES.includes(this.view) ? figures.k_used : this.view === "notan" ? 2 : this.plan.levels.length;
    return `${many(values, "value", "values")}, ${many(big, "big shape", "big shapes").toLowerCase()}`;
  }

  caption() {
    if (this.seen) return this.seen.words;
    const count = this.plan.levels.length;
    if (this.view === "plan") return `Value plan, ${count} ${count === 1 ? "value" : "values"}${this.squint ? ", squinting" : ""}`;
    if (this.view === "notan") return `Two values, ${percent(this.dark())} dark, cut at ${Math.round(this.tone / 2.55)} L*`;
    if (this.view === "blocks") return this.readings.blocks.note;
    if (this.view === "gray") return this.squint ? "What is left when you squint" : "Lightness only";
    if (this.view === "photo") return this.title_;
    return this.sheets[SHEETS[this.view]].caption;
  }

  dark() {
    const counts = countsOf(this.planes.notan);
    let below = 0;
    for (let tone = 0; tone < this.tone; tone += 1) below += counts[tone];
    return below / this.planes.notan.data.length;
  }

  /** The L* under the pointer, as it is in the picture. */
  read(event) {
    const box = this.canvas.getBoundingClientRect(), { width, height, data } = this.tones;
    const x = Math.min(width - 1, Math.max(0, Math.floor((event.clientX - box.left) / box.width * width)));
    const y = Math.min(height - 1, Math.max(0, Math.floor((event.clientY - box.top) / box.height * height)));
    const value = data[y * width + x] / 2.55;
    this.querySelector(".big .took").textContent = `L* ${Math.round(value)}, Munsell ${(value / 10).toFixed(1)}`;
  }

  controls(shapes) {
    const isNotan = this.view === "notan", isBlocks = SHAPES.includes(this.view);
    return html`
      ${slider("Values", isBlocks ? shapes.k_asked : this.count, isBlocks ? 4 : 3, isBlocks ? 6 : 8, 1, String,
        (value) => (isBlocks ? this.again({ levels: value }) : this.change({ count: value, own: null })), isNotan)}
      ${slider("Squint", this.squint, 0, 12, 1, String, (value) => { this.squint = value; this.soften(); this.change({}); })}
      <div class="tools" role="group" aria-label="View">${Object.entries(VIEWS).map(([view, words], at) => html`
        <button type="button" class="chip" title=${`Key ${at + 1}`} aria-pressed=${this.view === view && !this.seen} @click=${() => this.look(view)}>${words}</button>`)}</div>
      <div class="tools" role="group" aria-label="Over it">
        ${[["focus", "Focal point"], ["thirds", "Thirds"]].map(([name, words]) => html`
        <button type="button" class="chip" aria-pressed=${this.shows.has(name)} @click=${() => this.toggle(name)}>${words}</button>`)}</div>
      ${isBlocks ? this.shapesOf(shapes) : html`${this.histogram.draw(isNotan)}
      ${isNotan ? html`<p class="hint">Drag the line: ${percent(this.dark())} is dark.
          <button type="button" class="plain" @click=${() => this.change({ tone: toneOf(this.readings.notan.figures.notan_cut) })}>Where the picture parts</button></p>`
        : html`<div class="tools" role="group" aria-label="Cut">${Object.entries(CUTS).map(([cut, words]) => html`
          <button type="button" class="chip" aria-pressed=${!this.own && this.cut === cut} @click=${() => this.change({ cut, own: null })}>${words}</button>`)}
          ${this.own ? html`<span class="chip is-set">By hand</span>` : nothing}</div>
        ${this.strip()}`}`}
      ${intentOf(this.intents, this.asked.intent ?? "none", (intent) => this.again({ intent }))}
      <p class="said" role="status" aria-live="polite">${this.waiting ?? ""}</p>`;
  }

  /** The values to mix, dark to light, with how much of each. */
  strip() {
    return html`<table class="strip"><caption class="hidden">Values of the plan, dark to light</caption><thead class="hidden"><tr><th scope="col">Gray</th><th scope="col">Value</th><th scope="col">Munsell</th><th scope="col">Share</th></tr></thead><tbody>
      ${this.plan.levels.map((level, band) => html`<tr><td>${chip(level)}</td><th scope="row">L* <b class="num">${Math.round(level)}</b></th><td class="num by">${(level / 10).toFixed(1)}</td><td class="num">${percent(this.plan.shares[band])}</td></tr>`)}
      </tbody></table>
      ${!this.own && this.plan.asked > this.plan.levels.length ? html`<p class="hint">${many(this.plan.asked, "value was", "values were")} asked for; the picture has no more to give.</p>` : nothing}`;
  }

  shapesOf(shapes) {
    const asked = { ...USUAL, ...this.asked };
    return html`
      ${slider("Coherence", Math.round(100 * asked.coherence), 0, 100, 5, (value) => `${value} %`, (value) => this.again({ coherence: value / 100 }))}
      <div class="tools" role="group" aria-label="Smallest shapes">${Object.entries(DETAILS).map(([detail, words]) => html`
        <button type="button" class="chip" aria-pressed=${asked.detail === detail} @click=${() => this.again({ detail })}>${words}</button>`)}</div>
      <table class="strip"><caption class="hidden">Shapes, dark to light</caption><thead class="hidden"><tr><th scope="col">Gray</th><th scope="col">Block</th><th scope="col">Part</th><th scope="col">Share</th></tr></thead><tbody>
      ${shapes.levels.map(({ block, level, role, share }) => html`<tr class=${this.pointed.includes(block) ? "is-pointed" : ""} @pointerenter=${() => this.point([block])} @pointerleave=${() => this.point([])}>
        <td>${chip(level)}</td><th scope="row"><b class="num">${block}</b> ${role}</th><td class="num by">${Math.round(level)} L*</td><td class="num">${percent(share)}</td></tr>`)}
      </tbody></table>`;
  }

  pointOut(tip, at) {
    const off = this.tipped === at;
    this.tipped = off ? null : at;
    this.seen = null;
    this.pointed = off ? [] : tip.blocks;
    this.view = "blocks";
    this.change({});
  }

  /** What a tip would do, on the stage, with the figures that it moves. */
  async see(tip, at) {
    if (this.seen?.tip === at) { this.unsee(); return; }
    const { name, amount, blocks } = tip.what_if;
    const image = await imageAt(tip.href);
    if (!image) { this.away(); return; }
    this.show(image, { tip: at, words: `With ${this.words[name]}` });
    const reading = await this.ask("what_if", { change: name, amount, blocks });
    if (reading) { this.found = { ...this.found, [at]: reading.note }; this.tell(); }
  }

  /** A picture over the whole stage, until another view is chosen. */
  show(image, told) {
    this.seen = { image, ...told };
    this.step();
  }

  unsee() {
    this.seen = null;
    this.look("photo");
  }

  point(blocks) {
    this.pointed = blocks;
    if (this.view === "blocks") this.paint();
    this.tell();
  }

  look(view) {
    Object.assign(this, { view, seen: null, pointed: [], tipped: null });
    this.step();
  }

  toggle(name) {
    if (!this.shows.delete(name)) this.shows.add(name);
    this.overlay();
    this.tell();
  }

  change(wishes) {
    Object.assign(this, wishes);
    if (this.seen && "count" in wishes) this.seen = null;
    if ("count" in wishes || "cut" in wishes) this.note();
    this.step();
  }

  /** Read one thing, or everything, again on the server; the picture is there already. */
  async ask(tool, wishes) {
    const { told, why = "" } = await readingOf(this.dataset.source, tool, { ...this.asked, ...wishes });
    this.waiting = why;
    if (why) this.tell();
    return told ?? null;
  }

  away() {
    this.waiting = AWAY;
    this.tell();
  }

  /** Other wishes: the server looks again, and everything follows. */
  async again(wishes) {
    this.asked = { ...this.asked, ...wishes };
    const asked = this.wanted = {};
    clearTimeout(this.later);
    this.tell();
    this.later = setTimeout(async () => {
      const place = addressed(this, this.asked);
      const study = await this.ask("", {});
      if (asked !== this.wanted || !study) return;
      await this.hold(study);
      Object.assign(this, { found: {}, seen: null, tipped: null, pointed: [] });
      this.aside.querySelector("a[href$='page.pdf']").href = `/study/${study.id}/page.pdf`;
      this.marks?.retell(this.readings.subject);
      this.ifs.forget();
      this.drawSmall();
      this.step();
      followed(this, place, () => asked === this.wanted).catch(() => {
        this.waiting = "The studio cannot be reached: below stands what was seen before.";
        this.tell();
      });
    }, 120);
  }

  /** The subject by other marks, which are wishes like the others. */
  async mark(marks) {
    const reading = await this.ask("subject", marks);
    if (reading) { this.asked = { ...this.asked, ...marks }; addressed(this, this.asked); }
    return reading;
  }

  /** What is drawn here without asking stands in the address too, so that it is kept and found again. */
  note() {
    this.asked = {
      ...this.asked,
      plan: this.count === USUAL.plan ? undefined : this.count,
      cut: this.cut === USUAL.cut ? undefined : this.cut,
    };
    clearTimeout(this.noting);
    this.noting = setTimeout(() => addressed(this, this.asked), 300);
  }

  /** The picture and its grays, small, below the stage. */
  drawSmall() {
    const place = (view, href, words) => html`<figure><button type="button" @click=${() => this.look(view)} aria-label=${`${words}, on the stage`}>
      <img src=${href} width=${this.study.width} height=${this.study.height} alt=""></button><figcaption>${words}</figcaption></figure>`;
    render([place("photo", this.photo.src, this.title_), place("gray", this.sheets.values.href, "Lightness only")], this.small);
  }

  keys() {
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=range]), textarea, select")) return;
      const view = Object.keys(VIEWS)[Number(event.key) - 1];
      if (view) this.look(view);
      else if (event.key === "[" || event.key === "]") this.change({ own: null, count: Math.min(8, Math.max(3, this.count + (event.key === "]" ? 1 : -1))) });
      else if (event.key === "f") this.toggle("focus");
      else if (event.key === "t") this.toggle("thirds");
      else return;
      event.preventDefault();
    }, { capture: true });
  }
}

customElements.define("g-study", Study);
