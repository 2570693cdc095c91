// The page of a run follows its job: by events while it is looked at, by asking where the server
// was lost, and by what the catalogue says after a restart. Without this the page reloads itself.
import { morph, shown } from "./morph.js";

const SETTLE_MS = 350;
const AGAIN_MS = 3000;
const SILENT_MS = 5000;
const main = document.querySelector("main.live");
const lost = main.querySelector("[data-lost]");
let source = null;
let heardAt = performance.now();
let due = new Set();
let timer = 0;
let last = main.dataset.last ?? "0";

const LOST = "Lost the studio. What you see is as it was; trying again.";

function follow() {
  const job = main.dataset.job;
  // Another process works on it: nobody tells this server, so it is asked.
  if ("elsewhere" in main.dataset && !document.hidden) look("", AGAIN_MS);
  if (!job || document.hidden || source) return;
  // Where this page was drawn from is known: what came before it need not be told again.
  source = new EventSource(`/api/jobs/${job}/events`);
  source.addEventListener("open", () => found());
  source.addEventListener("message", (message) => hear(JSON.parse(message.data)));
  source.addEventListener("error", () => {
    lost.textContent = LOST;
    lost.hidden = false;
    if (source.readyState === EventSource.CLOSED) {
      leave();
      look("", AGAIN_MS);
    }
  });
}

function leave() {
  source?.close();
  source = null;
}

function found() {
  lost.hidden = true;
}

function hear({ number, kind, told = {} }) {
  heardAt = performance.now();
  if (number && number <= Number(last)) return;
  if (number) last = String(number);
  if (kind === "painting") {
    const doing = main.querySelector(`[data-doing="${CSS.escape(told.item)}"]`);
    const share = told.share === undefined ? "" : `, ${Math.round(100 * told.share)} %`;
    if (doing) doing.textContent = `Painting${share}`;
    return;
  }
  if (kind === "ended") leave();
  look(kind === "ended" || kind === "gap" ? "" : (told.item ?? ""));
}

// Looks are put together: many events of many works become one look.
function look(item, after = SETTLE_MS) {
  due.add(item);
  timer ||= setTimeout(refresh, after);
}

async function refresh() {
  const items = [...due];
  due = new Set();
  timer = 0;
  const place = new URL(location.href);
  if (items.length === 1 && items[0]) place.searchParams.set("item", items[0]);
  try {
    show(await shown(place));
    found();
  } catch {
    lost.textContent = LOST;
    lost.hidden = false;
    look("", AGAIN_MS);
  }
}

function show(page) {
  const fresh = page.querySelector("main.live");
  if (!fresh) throw new Error("another page");
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const old = main.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (old && !old.contains(document.activeElement?.closest("input"))) morph(old, part);
  }
  document.title = page.title;
  main.toggleAttribute("data-elsewhere", fresh.hasAttribute("data-elsewhere"));
  if (main.dataset.job !== fresh.dataset.job) {
    leave();
    if (fresh.dataset.job) main.dataset.job = fresh.dataset.job;
    else delete main.dataset.job;
    last = fresh.dataset.last ?? "0";
  }
  follow();
}

document.addEventListener("visibilitychange", () => {
  // A browser has few connections to one server: a page that nobody looks at takes none.
  if (document.hidden) leave();
  else if (main.dataset.job || "elsewhere" in main.dataset) look("", 0);
});
addEventListener("pagehide", leave);
// A provider that is waited for makes no events: after a silence the page is looked at anew.
setInterval(() => {
  if (source && performance.now() - heardAt > SILENT_MS) look("");
}, SILENT_MS);
setInterval(() => {
  const waits = main.querySelector("[data-seconds]");
  if (!waits) return;
  waits.dataset.seconds = Math.max(0, waits.dataset.seconds - 1);
  waits.querySelector(".t .num").textContent = waits.dataset.seconds;
}, 1000);
follow();
