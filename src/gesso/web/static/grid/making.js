// The tiles of works in the making follow their jobs: by events while they are looked at. What another
// process makes tells this server nothing, and is asked for now and then.
const SETTLE_MS = 350;
const ASKED_EVERY_MS = 10_000;

export function follow(tiles) {
  const left = new Set(tiles);
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
    if (document.hidden || !left.size) return;
    const answer = await fetch("/api/works/making").catch(() => null);
    if (answer?.ok) {
      const now = new Map((await answer.json()).map((one) => [`${one.run}/${one.item}`, one]));
      for (const tile of left) if (!tell(tile, now.get(`${tile.dataset.run}/${tile.dataset.item}`))) left.delete(tile);
    }
    listen();
    if ([...left].some((tile) => !sources.has(tile.dataset.job))) look(ASKED_EVERY_MS);
  }

  // A browser has few connections to one server: of the first job alone is heard, which is at work.
  function listen() {
    const jobs = new Set([...left].map((tile) => tile.dataset.job).filter(Boolean));
    for (const job of sources.keys()) if (!jobs.has(job)) leave(job);
    const [job] = jobs;
    if (!job || document.hidden || sources.size) return;
    const source = new EventSource(`/api/jobs/${job}/events`);
    sources.set(job, source);
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
    for (const tile of left) if (tile.dataset.job === job) delete tile.dataset.job;
    look();
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) for (const job of sources.keys()) leave(job);
    else look(0);
  });
  addEventListener("pagehide", () => { for (const job of sources.keys()) leave(job); });
  addEventListener("pageshow", (event) => { if (event.persisted) look(0); });
  look(0);
}

// Whether it is being made still.
function tell(tile, making) {
  const [round, about, steps, step] = tile.firstElementChild.children;
  if (!making) {
    step.textContent = "Done. Load the page anew to hang it.";
    return false;
  }
  round.textContent = `Making now${making.round ? `, round ${making.round}${making.rounds ? ` of ${making.rounds}` : ""}` : ""}`;
  about.textContent = making.title;
  step.textContent = making.step;
  [...steps.children].forEach((one, at) => { one.className = at + 1 < making.round ? "done" : at + 1 === making.round ? "now" : "todo"; });
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(making.since)) / 1000));
  tile.querySelector(".since").textContent = `begun ${seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} ago`;
  return true;
}
