// What the server drew of the same study: brought up to date after other wishes, part by part.

import { morph, shown } from "../doings/morph.js";

/** Wishes as an address says them. */
export function queryOf(asked) {
  const given = Object.entries(asked).filter(([, value]) => value !== null && value !== undefined);
  return new URLSearchParams(given.flatMap(([name, value]) => [value].flat().map((one) => [name, one]))).toString();
}

/** The address of the page, and of what its forms ask for, says what is wished now. */
export function addressed(root, asked) {
  const query = queryOf(asked);
  const place = location.pathname + (query ? `?${query}` : "");
  history.replaceState(null, "", place + location.hash);
  const keep = root.querySelector("form.keep");
  if (keep) keep.action = new URL(keep.action).pathname + (query ? `?${query}` : "");
  return place;
}

/**
 * Every part of the page that rests on the wishes, as the server draws it for them.
 * @param {HTMLElement} root holds the parts.
 * @param {string} place the page's address with the wishes.
 * @param {() => boolean} isWanted whether these are still the wishes.
 */
export async function followed(root, place, isWanted) {
  const page = await shown(place);
  if (!isWanted()) return;
  for (const part of page.querySelectorAll("g-study [data-part]")) {
    const old = root.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (old && !old.contains(document.activeElement?.closest("input"))) morph(old, part);
  }
}
