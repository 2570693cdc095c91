// The page of a story: edits without loading it anew, scenes that are dragged or moved by keys, a
// film that is followed while it is made. Without this every form of it works by itself.
import { morph, shown } from "../doings/morph.js";
import { followFilm } from "./story-film.js";
import { holdScenes } from "./story-scenes.js";
import { tell } from "../telling.js";

const main = document.querySelector("main.story");

// Draws what the server says now; what a person has opened or begun to write stays.
export function show(page) {
  const fresh = page.querySelector("main.story");
  if (!fresh) throw new Error("another page");
  handy(fresh);
  align(main.querySelector(".scenes"), fresh.querySelector(".scenes"));
  const film = main.querySelector("video");
  const time = film && !film.ended ? film.currentTime : 0;
  const address = film?.getAttribute("src");
  morph(main, fresh);
  document.title = page.title;
  // A film that was there and is now of another version begins where one was.
  const now = main.querySelector("video");
  if (now && address && now.getAttribute("src") !== address && time) now.currentTime = time;
  follow();
}

// Scenes are told apart by their works, wherever they hang now; so what is open in one stays.
function align(old, fresh) {
  for (const list of [old, fresh]) {
    for (const node of [...list.childNodes]) if (node.nodeType === Node.TEXT_NODE) node.remove();
  }
  [...fresh.children].forEach((wanted, at) => {
    const known = [...old.children].find((one) => one.dataset.work === wanted.dataset.work);
    if (old.children[at] !== known || !known) {
      old.insertBefore(known ?? wanted.cloneNode(true), old.children[at] ?? null);
    }
  });
}

// What only a script can do is shown by it: before it is drawn, so that nothing loses the focus.
function handy(part) {
  for (const one of part.querySelectorAll(".grip, .hint")) one.hidden = false;
}

async function again() {
  show(await shown(location.pathname));
}

// One after another: each edit is made of what the one before has left.
let last = Promise.resolve();

function send(form, button) {
  const fields = new URLSearchParams(new FormData(form, button));
  const work = form.closest(".scene")?.dataset.work;
  last = last.catch(() => {}).then(async () => {
    if (fields.has("version")) fields.set("version", main.dataset.version);
    const headers = { accept: "text/html" };
    const answer = await fetch(form.action, { method: "POST", body: fields, headers });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    show(page);
    if (!answer.ok) return refuse(page);
    history.replaceState(null, "", location.pathname);
    if (form.matches(".away")) offerBack();
    form.closest("details")?.removeAttribute("open");
    form.reset();
    if (fields.has("where")) stay(work, fields.get("where"));
    return undefined;
  });
  return last;
}

// Who has deleted the story sees at once how to have it back.
function offerBack() {
  const button = main.querySelector(".was-deleted button");
  button?.scrollIntoView({ block: "center" });
  button?.focus({ preventScroll: true });
}

// A scene that went elsewhere takes the focus along.
function stay(work, where) {
  const scene = main.querySelector(`#scene-${work}`);
  const button = scene?.querySelector(`[name=where][value=${where}]`);
  (button?.disabled ? scene.querySelector(".grip") : button)?.focus();
}

function refuse(page) {
  const said = page.querySelector(".wrong")?.textContent.trim();
  tell(said || "That could not be kept.");
}

async function quietly(work) {
  try {
    await work();
  } catch {
    tell("The studio cannot be reached. Nothing was changed.");
  }
}

main.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-quiet]")) return;
  event.preventDefault();
  const button = event.submitter;
  button?.setAttribute("aria-busy", "true");
  quietly(() => send(form, button)).finally(() => button?.removeAttribute("aria-busy"));
});

// Another order, as a whole: many moves in a row become one version.
function order(works) {
  const body = JSON.stringify({ by: "manual", works });
  const headers = { "content-type": "application/json" };
  last = last.catch(() => {}).then(async () => {
    const place = `/api/stories/${main.dataset.story}/order`;
    const answer = await fetch(place, { method: "PUT", headers, body, keepalive: true });
    if (!answer.ok) tell((await answer.json()).title || "That could not be kept.");
    await again();
  });
  return quietly(() => last);
}

const { follow } = followFilm(main, () => quietly(again));
holdScenes(main, order);
handy(main);
follow();
