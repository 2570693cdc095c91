// The two tips: what was seen, ten minutes of work, the blocks it points at, and what it would do.

import { html, nothing } from "../vendor/lit/lit.js";

/**
 * @param {object} study the study as it was told: tips, silence, note.
 * @param {{seen: object, tipped: number, found: object}} shown what of it is on the stage.
 * @param {{pointOut: Function, see: Function, unsee: Function}} acts what its buttons do.
 */
export function adviceOf(study, shown, acts) {
  const { tips } = study;
  return html`<h2 id="two">${tips.length ? "Two things to try" : "Nothing to say yet"}</h2>
    ${tips.length ? html`<ol class="tips">${tips.map((tip, at) => tipOf(tip, at, shown, acts))}</ol>` : html`<p class="prose">${study.silence}</p>`}
    ${study.note ? html`<p class="by">${study.note}</p>` : nothing}`;
}

function tipOf(tip, at, { seen, tipped, found }, acts) {
  const isSeen = seen?.tip === at;
  return html`<li><p class="prose">${tip.observation}</p><p><b>Ten minutes.</b> ${tip.action}</p><p class="by">${tip.why}</p>
    <div class="tools">
      ${tip.blocks.length ? html`<button type="button" class="chip" aria-pressed=${tipped === at} @click=${() => acts.pointOut(tip, at)}>${tip.blocks.length > 1 ? `Blocks ${tip.blocks.join(" and ")}` : `Block ${tip.blocks[0]}`}</button>` : nothing}
      ${tip.href ? html`<button type="button" class="chip" aria-pressed=${isSeen} @click=${() => acts.see(tip, at)}>${isSeen ? "After" : "See it"}</button>` : nothing}
      ${isSeen ? html`<button type="button" class="chip" aria-pressed="false" @click=${() => acts.unsee()}>Before</button>` : nothing}
    </div>
    ${found?.[at] ? html`<p class="by">${found[at]}</p>` : nothing}</li>`;
}
