// The tiles of works in the making follow their jobs: by events while they are looked at. What another
// process makes tells this server nothing, and is asked for now and then. A work that is done hangs
// itself, and what is begun next takes its place in the making.
import { isResting } from "./renew.js";

const SETTLE_MS = 350;
const ASKED_EVERY_MS = 10_000;

/** Follow the works in the making on a wall; whoever hangs more of them calls what is returned. */
export function follow(grid) {
  const left = () => grid.lead.filter((tile) => !isResting(tile));
  let last = "";
  const sources = new Map();
  let due = 0;

  let dueAt = 0;
  const look = (after = SETTLE_MS) => {
    const at = performance.now() + after;
    if (due && dueAt <= at) return;
    clearTimeout(due);
    [due, dueAt] = [setTimeout(ask, after), at];
  };
  const leave = (job) => {
    sources.get(job)?.close();
    sources.delete(job);
  };

  async function ask() {
    due = 0;
    if (document.hidden || !(left().length || last)) return;
    const answer = await fetch("/api/works/making").catch(() => null);
    if (answer?.ok) {
      const now = new Map((await answer.json()).map((one) => [`${one.run}/${one.item}`, one]));
      const over = left().filter((tile) => !tell(tile, now.get(keyOf(tile))));
      const known = new Set(left().map(keyOf));
      if (over.length || [...now.keys()].some((key) => !known.has(key))) {
        await hang(over);
        for (const tile of left()) tell(tile, now.get(keyOf(tile)));
      }
    }
    listen();
    if (left().some((tile) => !sources.has(tile.dataset.job))) look(ASKED_EVERY_MS);
  }

  // What was kept hangs now; of what was not the tile says so, and leads to its run.
  async function hang(tiles) {
    const isKept = await Promise.all(tiles.map(async (tile) => {
      const item = await itemOf(tile);
      if (item && !item.kept) rest(tile, item);
      return Boolean(item?.kept);
    }));
    if (!tiles.length || isKept.includes(true)) await grid.renew();
  }

  // A browser has few connections to one server: of the first job alone is heard, which is at work.
  function listen() {
    const jobs = new Set(left().map((tile) => tile.dataset.job).filter(Boolean));
    // Between two works of a run none is in the making.
    if (!jobs.size && last) jobs.add(last);
    for (const job of sources.keys()) if (!jobs.has(job)) leave(job);
    const [job] = jobs;
    if (!job || document.hidden || sources.size) return;
    const source = new EventSource(`/api/jobs/${job}/events`);
    sources.set(job, source);
    last = job;
    source.addEventListener("message", (message) => {
      const { kind } = JSON.parse(message.data);
      if (kind === "ended") forget(job);
      if (kind !== "painting") look();
    });
    source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) forget(job); });
  }

  // A job that is over, or that a server begun anew does not know: its tiles are asked for.
  function forget(job) {
    leave(job);
    last = "";
    for (const tile of left()) if (tile.dataset.job === job) delete tile.dataset.job;
    look();
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) for (const job of sources.keys()) leave(job);
    else look(0);
  });
  addEventListener("pagehide", () => { for (const job of sources.keys()) leave(job); });
  addEventListener("pageshow", (event) => { if (event.persisted) look(0); });
  return () => look(0);
}

const keyOf = ({ dataset }) => `${dataset.run}/${dataset.item}`;

async function itemOf({ dataset }) {
  const answer = await fetch(`/api/runs/${dataset.run}/items?item=${encodeURIComponent(dataset.item)}`).catch(() => null);
  return answer?.ok ? (await answer.json()).items[0] : null;
}

// A tile of which no work came: why, and nothing of what was true before.
function rest(tile, item) {
  tile.classList.add("is-resting");
  const [round, , steps, step] = tile.firstElementChild.children;
  round.textContent = item.state === "failed" ? "It came to nothing" : "Left off for now";
  step.textContent = forPages(item.reason) || "Its run says more.";
  steps.replaceChildren();
  tile.querySelector(".since").textContent = "";
}

// A reason without the sentences that tell what to type: here it is pressed.
function forPages(reason) {
  return reason.split(/(?<=[.!?]) (?=[A-Z])/).filter((one) => !/\bgesso [a-z]/.test(one)).join(" ");
}

// Whether it is being made still.
function tell(tile, making) {
  if (!making) return false;
  const [round, about, steps, step] = tile.firstElementChild.children;
  round.textContent = `Making now${making.round ? `, round ${making.round}${making.rounds ? ` of ${making.rounds}` : ""}` : ""}`;
  about.textContent = making.title;
  step.textContent = making.step;
  [...steps.children].forEach((one, at) => { one.className = at + 1 < making.round ? "done" : at + 1 === making.round ? "now" : "todo"; });
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(making.since)) / 1000));
  tile.querySelector(".since").textContent = `begun ${seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} ago`;
  return true;
}
