// What if: any change by any amount, made by the server, shown on the stage with what it moves.

import { html, nothing, render } from "../vendor/lit/lit.js";
import { imageAt, slider } from "./pieces.js";

const USUAL = 80;
const STEP = 5;
/** A change that works on blocks that are named, and on nothing without. */
const ON_BLOCKS = "merge-blocks";
const large = (words) => words[0].toUpperCase() + words.slice(1);

export class Changes {
  /**
   * @param {HTMLElement} place where it is laid out.
   * @param {object} words every change by its id, as in "with the darks lifted".
   * @param {object} asked the wishes that the page was opened with.
   * @param {{ask: Function, show: Function, unsee: Function, levels: Function, away: Function}} study asks the server, shows a picture
   *   on the stage, takes it off again, tells the blocks as they are, says that nobody answers.
   */
  constructor(place, words, asked, study) {
    Object.assign(this, { place, words, study, note: "", isSeen: false });
    this.name = asked.change ?? "";
    this.blocks = asked.blocks ?? [];
    this.amount = asked.amount === undefined ? USUAL : Math.round(100 * asked.amount);
    place.replaceChildren();
    this.draw();
    if (this.name) this.again();
  }

  draw() {
    render(html`<h2 id="ifs">What if</h2>
      <div class="pick"><select aria-label="Change" .value=${this.name} @change=${(event) => this.choose(event.target.value)}>
        <option value="" ?selected=${!this.name}>Nothing is changed</option>
        ${Object.entries(this.words).map(([name, words]) => html`<option value=${name} ?selected=${name === this.name}>${large(words)}</option>`)}
      </select></div>
      ${slider("Amount", this.amount, 0, 100, STEP, (value) => `${value} %`, (value) => this.wish({ amount: value }), !this.name)}
      ${this.name === ON_BLOCKS ? html`<div class="tools" role="group" aria-label="Blocks to merge">${this.study.levels().map(({ block }) => html`
        <button type="button" class="chip num" aria-pressed=${this.blocks.includes(block)} @click=${() => this.turn(block)}>${block}</button>`)}</div>` : nothing}
      ${this.name ? html`<div class="tools" role="group" aria-label="Before or after">
        <button type="button" class="chip" aria-pressed=${!this.isSeen} @click=${() => this.study.unsee()}>Before</button>
        <button type="button" class="chip" aria-pressed=${this.isSeen} @click=${() => this.again()}>After</button></div>` : nothing}
      <p class="by" role="status" aria-live="polite">${this.note}</p>`, this.place);
  }

  choose(name) {
    Object.assign(this, { name, note: "" });
    this.blocks = name === ON_BLOCKS ? this.nearest() : [];
    if (name) this.again();
    else this.study.unsee();
    this.draw();
  }

  wish(wishes) {
    Object.assign(this, wishes);
    this.draw();
    this.again();
  }

  turn(block) {
    const blocks = this.blocks.includes(block) ? this.blocks.filter((one) => one !== block) : [...this.blocks, block].sort();
    this.wish({ blocks });
  }

  /** The two blocks whose levels lie closest. */
  nearest() {
    const levels = this.study.levels();
    const gaps = levels.slice(1).map(({ level }, at) => level - levels[at].level);
    const at = gaps.indexOf(Math.min(...gaps));
    return at < 0 ? [] : [levels[at].block, levels[at + 1].block];
  }

  /** Ask for the change as it is wished now, one question at a time: what a moving slider has left behind is never
   *  worked on. */
  async again() {
    if (this.isAsked) { this.isLate = true; return; }
    this.isAsked = true;
    const { name } = this;
    const reading = await this.study.ask("what_if", { change: name, amount: this.amount / 100, blocks: this.blocks });
    const image = reading ? await imageAt(reading.sheets[0].href) : null;
    this.isAsked = false;
    if (this.isLate) {
      this.isLate = false;
      if (this.name) { await this.again(); return; }
    }
    if (reading && !image) this.study.away();
    if (!image || name !== this.name) return;
    this.note = reading.note;
    this.study.show(image, `With ${this.words[name]}`);
  }

  /** What is on the stage is, or is not, this change. */
  tell(isSeen) {
    this.isSeen = isSeen;
    this.draw();
  }

  /** The shapes are others: what was shown is of those before. */
  forget() {
    const known = this.study.levels().map(({ block }) => block);
    this.blocks = this.blocks.filter((block) => known.includes(block));
    this.note = "";
    this.draw();
  }
}
