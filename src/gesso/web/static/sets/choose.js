// Which sets works are in: a dialog that is set and unset at once, and tells what was done.
import { html, render, repeat } from "../vendor/lit/lit.js";
import { tell } from "../telling.js";

let dialog, works, title, sets, held;

export async function chooseSet(numbers, name) {
  [works, title] = [numbers, name];
  style();
  const [all, holding] = await Promise.all([ask("/api/sets"), ask(`/api/sets?holding=${numbers[0]}`)]);
  if (!all || !holding) return tell("The studio cannot be reached.");
  sets = all.sets;
  held = new Set(holding.sets.map((one) => one.id));
  if (!dialog) {
    dialog = document.body.appendChild(document.createElement("dialog"));
    dialog.className = "chooser";
    dialog.setAttribute("aria-label", "Sets");
  }
  draw();
  if (!dialog.open) dialog.showModal();
  return undefined;
}

function style() {
  if (document.querySelector("link[href$='sets/sets.css']")) return;
  const place = new URL("sets.css", import.meta.url);
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: place }));
}

function draw() {
  render(html`
    <h2><i>${title}</i></h2>
    <ul>${repeat(sets, (one) => one.id, (one) => html`<li><label>
      <input type="checkbox" .checked=${held.has(one.id)} @change=${(event) => put(one, event.target.checked)}>
      ${one.name} <span class="count num">${one.count}</span></label></li>`)}</ul>
    <form class="begin" @submit=${begin}>
      <label>A new set <input name="name" required maxlength="200" autocomplete="off"></label>
      <button class="act">Begin</button>
    </form>
    <button type="button" class="act" @click=${() => dialog.close()}>Done</button>`, dialog);
}

async function put(one, isIn) {
  const changed = await (isIn
    ? ask(`/api/sets/${one.id}/works`, "POST", { works })
    : ask(`/api/sets/${one.id}/works/${works[0]}`, "DELETE"));
  if (changed) {
    Object.assign(one, changed);
    if (isIn) held.add(one.id);
    else held.delete(one.id);
  } else tell("That could not be kept.");
  draw();
}

async function begin(event) {
  event.preventDefault();
  const form = event.target;
  const made = await ask("/api/sets", "POST", { name: form.elements.name.value, works });
  if (!made) return tell("That could not be kept.");
  sets = [made, ...sets];
  held.add(made.id);
  form.reset();
  draw();
  return undefined;
}

export async function ask(place, method = "GET", body = undefined) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  const answer = await fetch(place, { method, headers, body: body && JSON.stringify(body) }).catch(() => null);
  return answer?.ok ? answer.json() : null;
}
