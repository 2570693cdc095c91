// What the server says of the same study after other wishes: its readings, and what it drew, part by part.

import { morph, shown } from "../doings/morph.js";

export const AWAY = "The studio cannot be reached. Is it still running?";

const givenOf = (asked) => Object.entries(asked).filter(([, value]) => value !== null && value !== undefined);

/** One reading, or the whole study where no tool is named: `told`, or `why` there is none. */
export async function readingOf(source, tool, asked) {
  const about = source.startsWith("work:") ? { work: Number(source.slice(5)) } : { picture: source };
  const answer = await fetch(tool ? `/study/${tool}` : "/study", {
    method: "POST",
    body: JSON.stringify({ ...Object.fromEntries(givenOf(asked)), ...about }),
    headers: { "Content-Type": "application/json", Accept: "application/json" },
  }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!told) return { why: AWAY };
  return answer.ok ? { told } : { why: [told.title, told.detail].filter(Boolean).join(" ") };
}

/** Wishes as an address says them. */
export function queryOf(asked) {
  return new URLSearchParams(givenOf(asked).flatMap(([name, value]) => [value].flat().map((one) => [name, one]))).toString();
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
