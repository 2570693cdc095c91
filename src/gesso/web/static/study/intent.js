// What the painter is after: it mutes the advice that it contradicts.

import { html } from "../vendor/lit/lit.js";

/**
 * @param {object} intents words by id.
 * @param {string} meant the one that is meant now.
 * @param {(intent: string) => void} change called with another.
 */
export function intentOf(intents, meant, change) {
  return html`<label class="pick"><span>Meant as</span><select .value=${meant} @change=${(event) => change(event.target.value)}>
    ${Object.entries(intents).map(([intent, words]) => html`<option value=${intent} ?selected=${intent === meant}>${words}</option>`)}
  </select></label>`;
}
