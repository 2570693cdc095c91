// Small parts that all of the study page is made of: a slider, a chip of gray, numbers in words, a picture that is here.

import { html } from "../vendor/lit/lit.js";

const NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"];
const images = new Map();

export const percent = (share) => `${Math.round(100 * share)} %`;
export const many = (count, one, more) => `${NUMBERS[count] ?? count} ${count === 1 ? one : more}`;

/** A picture, once it can be drawn; null where it cannot be had now, and it is asked for again the next time. */
export async function imageAt(href) {
  if (!images.has(href)) {
    const image = new Image();
    image.src = href;
    images.set(href, image.decode().then(() => image, () => { images.delete(href); return null; }));
  }
  return images.get(href);
}

export function slider(words, value, min, max, step, told, change, disabled = false) {
  return html`<label class="f"><span>${words}</span><b class="num">${told(value)}</b>
    <input type="range" min=${min} max=${max} step=${step} .value=${String(value)} ?disabled=${disabled} aria-valuetext=${told(value)}
      @input=${(event) => change(Number(event.target.value))}></label>`;
}

/** A gray of an L*, as a picture: an attribute needs no style. */
export function chip(level) {
  const light = level > 8 ? ((level + 16) / 116) ** 3 : level / 903.3;
  const step = Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
  return html`<svg viewBox="0 0 2 1" preserveAspectRatio="none" aria-hidden="true"><rect width="2" height="1" fill=${`rgb(${step},${step},${step})`}></rect></svg>`;
}
