// How much there is of each value, with a line to drag, or to move by keys, at each cut.

import { html, svg } from "../vendor/lit/lit.js";
import { countsOf } from "./stage.js";

export class Histogram {
  /** @param {HTMLElement} study whose cuts it shows and moves. */
  constructor(study) {
    this.study = study;
    this.dragged = null;
    this.held = null;
  }

  /** Bars of how much there is of each value, with a line to drag at each cut. */
  draw(isNotan) {
    const { study } = this;
    const plane = isNotan ? study.planes.notan : study.planes.plan, counts = countsOf(plane);
    const most = Math.max(...counts);
    const path = `M0 84${Array.from(counts, (count, at) => `L${at} ${(84 - 78 * Math.sqrt(count / most)).toFixed(1)}`).join("")}L255 84Z`;
    const cuts = isNotan ? [study.tone] : study.plan.cuts;
    return html`<div class="histogram"><svg viewBox="0 0 256 96" preserveAspectRatio="none" aria-hidden="true"
        @pointermove=${(event) => this.drag(event)} @pointerup=${() => { this.dragged = null; }} @pointercancel=${() => { this.dragged = null; }}>
      <path d=${path}></path>
      ${cuts.map((cut, at) => svg`<g class=${this.held === at ? "cut is-held" : "cut"} @pointerdown=${(event) => this.grip(event, at)}>
        <rect class="grip" x=${cut - 5} width="10" y="0" height="96"></rect><line x1=${cut} x2=${cut} y1="0" y2="96"></line></g>`)}
      </svg>
      <div class="cuts">${cuts.map((cut, at) => html`<label class="hidden">${isNotan ? "Where two values part" : `Cut ${at + 1}`}
        <input type="range" min=${at ? cuts[at - 1] + 1 : 1} max=${at < cuts.length - 1 ? cuts[at + 1] - 1 : 255} .value=${String(cut)}
          aria-valuetext=${`${Math.round(cut / 2.55)} L*`}
          @focus=${() => { this.held = at; study.tell(); }} @blur=${() => { this.held = null; study.tell(); }} @input=${(event) => this.move(at, Number(event.target.value))}></label>`)}</div></div>`;
  }

  grip(event, at) {
    event.preventDefault();
    event.currentTarget.ownerSVGElement.setPointerCapture(event.pointerId);
    this.dragged = at;
  }

  drag(event) {
    if (this.dragged === null || this.dragged === undefined) return;
    const box = event.currentTarget.getBoundingClientRect();
    this.move(this.dragged, Math.round((event.clientX - box.left) / box.width * 256));
  }

  move(at, tone) {
    const { study } = this;
    if (study.view === "notan") { study.change({ tone: Math.min(255, Math.max(1, tone)) }); return; }
    const cuts = [...study.plan.cuts];
    const low = at ? cuts[at - 1] + 1 : 1, high = at < cuts.length - 1 ? cuts[at + 1] - 1 : 255;
    cuts[at] = Math.min(high, Math.max(low, tone));
    study.change({ own: cuts });
  }
}
