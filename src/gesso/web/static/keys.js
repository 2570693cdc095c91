// Keys: one table for all pages. A key means an action; whoever can do it hears "gesso:act".
// Pages that do more with keys take an action of this table, or add a line to it.
import { tell } from "./telling.js";

// [keys, what they do, action, where it is good for]
export const KEYS = [
  [["1", "8"], "Plan, two values, shapes, colour, edges, grays, attention, picture", "", "study"],
  [["[", "]"], "Fewer values, more values", "", "study"],
  [["f", "t"], "Focal point, thirds", "", "study"],
  [["ArrowRight"], "Next work", "next", "wall"],
  [["ArrowLeft"], "Work before", "previous", "wall"],
  [["ArrowDown"], "Row below", "below", "wall"],
  [["ArrowUp"], "Row above", "above", "wall"],
  [["Home"], "First work", "first", "wall"],
  [["End"], "Last work", "last", "wall"],
  [["PageDown"], "A window further", "onward", "wall"],
  [["PageUp"], "A window back", "back", "wall"],
  [["Enter"], "Open the work", "", "wall"],
  [["1", "2", "3", "4", "5"], "All, made, collected, brought in, favourites", "room", "wall"],
  [["f"], "Favourite, or not", "favourite", "works"],
  [["s"], "Put into a set", "set", "works"],
  [["i"], "Its record", "record", "works"],
  [["c"], "Compare its rounds", "compare", "works"],
  [["z"], "Zoom into it", "zoom", "works"],
  [["v"], "Beside its values", "values", "works"],
  [["x"], "Take out of this set", "remove", "works"],
  [["t", "w", "b"], "Side by side, wiped, in turn", "", "compare"],
  [["+", "-", "0"], "Nearer, farther, all of it", "", "compare"],
  [["Alt \u2191", "Alt \u2193"], "The scene earlier, later", "", "story"],
  [["Escape"], "Back, or close what is open", "leave", "all"],
  [["/"], "Search", "", "all"],
  [["?"], "These keys", "keys", "all"],
];

const ACTIONS = new Map(KEYS.flatMap(([keys, , action]) => keys.map((key) => [key, action])));
const PLACES = { wall: "On a wall", works: "On a work", compare: "Comparing, or zoomed in", story: "In a story", study: "On a study", all: "Everywhere" };
const SHOWN = {
  ArrowRight: "\u2192", ArrowLeft: "\u2190", ArrowDown: "\u2193", ArrowUp: "\u2191",
  PageDown: "Page down", PageUp: "Page up", Escape: "Esc",
};

export function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  if (at.closest?.("input, textarea, select, [contenteditable], dialog")) return;
  if (at.closest?.("[role=slider]") && event.key !== "?") return;
  const action = ACTIONS.get(event.key);
  if (!action) return;
  if (event.shiftKey && event.key !== "?") return;
  const told = new CustomEvent("gesso:act", { detail: { action, key: event.key }, cancelable: true });
  const isDone = !document.dispatchEvent(told);
  if (isDone || whatAllPagesDo(action, event.key)) event.preventDefault();
}

function whatAllPagesDo(action, key) {
  if (action === "keys") return showKeys();
  if (action === "room") {
    const room = document.querySelectorAll(".chips[aria-label=Rooms] a")[Number(key) - 1];
    room?.click();
    return Boolean(room);
  }
  const work = /^\/works\/(\d+)$/.exec(location.pathname);
  if (action === "set" && work) {
    const title = document.querySelector("h1")?.textContent.trim() || "This work";
    import("./sets/choose.js").then((module) => module.chooseSet([Number(work[1])], title));
    return true;
  }
  return false;
}

let dialog;

// A dialog of the browser's own: it holds the focus, Escape closes it, and the focus goes back.
export function showKeys() {
  if (!dialog) {
    dialog = document.body.appendChild(document.createElement("dialog"));
    dialog.className = "keys";
    dialog.setAttribute("aria-labelledby", "keys-title");
    const title = Object.assign(document.createElement("h2"), { id: "keys-title", textContent: "Keys" });
    const columns = Object.assign(document.createElement("div"), { className: "columns" });
    columns.append(...Object.keys(PLACES).map(listed));
    const close = Object.assign(document.createElement("button"), { className: "act", textContent: "Close", type: "button" });
    close.addEventListener("click", () => dialog.close());
    dialog.append(title, columns, close);
  }
  if (!dialog.open) dialog.showModal();
  return true;
}

function listed(place) {
  const part = document.createElement("section");
  const list = document.createElement("dl");
  for (const [keys, words] of KEYS.filter((row) => row[3] === place)) {
    const term = document.createElement("dt");
    for (const key of keys) {
      term.append(Object.assign(document.createElement("kbd"), { textContent: SHOWN[key] || key }), " ");
    }
    list.append(term, Object.assign(document.createElement("dd"), { textContent: words }));
  }
  part.append(Object.assign(document.createElement("h3"), { textContent: PLACES[place] }), list);
  return part;
}

addEventListener("keydown", pressed);
addEventListener("offline", () => tell("The studio cannot be reached. What was seen stays."));
