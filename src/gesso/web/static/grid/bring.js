// Pictures that somebody drops on a page are brought in, one after the other. How far they are is told,
// and so is each that was refused; what came in hangs at once, where a wall is to be seen.
const MOST_WAITS = 20;
const LONGEST_WAIT_S = 60;

const tell = (detail) => document.dispatchEvent(new CustomEvent("gesso:told", { detail }));
const counted = (count, what = "picture") => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

let left = [], round = null;

/** Bring pictures in; those that are dropped meanwhile stand in line behind them. */
export function bring(files) {
  left.push(...files);
  if (round) round.total += files.length;
  else if (left.length) work();
}

/** Search by the first of some pictures. */
export function seek(files) {
  if (!files.length) return;
  const held = new DataTransfer();
  held.items.add(files.find((file) => file.type.startsWith("image/")) ?? files[0]);
  const sending = Object.assign(document.createElement("form"), { method: "post", action: "/search/by-picture", enctype: "multipart/form-data", hidden: true });
  const field = Object.assign(document.createElement("input"), { type: "file", name: "picture" });
  field.files = held.files;
  sending.append(field);
  document.body.append(sending);
  sending.submit();
}

async function work() {
  round = { total: left.length, done: 0, refused: [], ids: new Set(), leftOut: 0 };
  const newest = await newestNumber();
  const most = Number(document.querySelector("[data-bring]").dataset.bring);
  addEventListener("beforeunload", warn);
  while (left.length) {
    const file = left.shift();
    tell({ words: `Bringing in ${round.done + 1} of ${round.total}: ${file.name}`, stays: true, act: { words: "Stop", call: stop } });
    const { id, why } = await sent(file, most);
    if (id) round.ids.add(id);
    else round.refused.push(why.includes(file.name) ? why : `${file.name}: ${why}`);
    round.done += 1;
  }
  removeEventListener("beforeunload", warn);
  const ids = [...round.ids], { refused, leftOut } = round;
  round = null;
  conclude(ids.filter((id) => id > newest).length, ids.filter((id) => id <= newest).length, refused, leftOut);
}

// What is on its way comes in still; what is dropped after this is brought in as ever.
function stop() {
  if (!round) return;
  round.leftOut += left.length;
  round.total -= left.length;
  left = [];
}

function warn(event) {
  event.preventDefault();
}

// A work that was here before the first was sent has a lower number than any that came in.
async function newestNumber() {
  const answer = await fetch("/api/works?limit=1", { cache: "no-store" }).catch(() => null);
  const found = answer?.ok ? (await answer.json()).works[0] : null;
  return found?.id ?? 0;
}

// The number of the work that a file became, or why it became none.
async function sent(file, most) {
  if (file.size > most) return { why: `A picture of more than ${Math.floor(most / 1e6)} MB is not taken.` };
  // A folder is told as a file, and cannot be read.
  if (!(await file.slice(0, 1).arrayBuffer().catch(() => null))) return { why: "It is no file that can be read." };
  const address = `/api/works?name=${encodeURIComponent(plain(file.name))}`;
  for (let waits = 0; ; waits++) {
    const answer = await fetch(address, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } }).catch(() => null);
    if (!answer) return { why: "The studio cannot be reached." };
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return { id: told.id };
    const wait = Number(answer.headers.get("Retry-After"));
    const isBusy = [429, 503].includes(answer.status) && wait > 0 && wait <= LONGEST_WAIT_S;
    if (!isBusy || waits >= MOST_WAITS) return { why: told.title || "It was not taken." };
    await new Promise((resolve) => { setTimeout(resolve, 1000 * wait); });
  }
}

// A name within what the route takes: no sign that cannot be seen, and the end, where the suffix is.
function plain(name) {
  return name.replace(/[\u0000-\u001f\u007f]/g, " ").slice(-500);
}

function conclude(came, known, refused, leftOut) {
  const told = [];
  if (came) told.push(`${counted(came)} came in.`);
  if (known) told.push(`${counted(known)} ${known === 1 ? "was" : "were"} here already.`);
  if (leftOut) told.push(`${counted(leftOut, "file")} ${leftOut === 1 ? "was" : "were"} left out, as you stopped.`);
  if (refused.length) told.push(`${counted(refused.length, "file")} did not come in:`);
  const grid = document.querySelector("g-grid");
  const showsThem = grid && ["", "room=brought"].includes(grid.dataset.query);
  const link = came + known && !showsThem ? { href: "/?room=brought", words: "See what was brought in" } : null;
  tell({ words: told.join(" "), lines: refused, link, stays: refused.length > 0 || Boolean(link) });
  if (came) document.dispatchEvent(new CustomEvent("gesso:hung"));
  // A wall without works has no grid that could take them.
  if (came && !grid && !refused.length && location.pathname === "/") location.reload();
}

// A field for files does the same where scripts run, without leaving its page.
const form = document.querySelector("form[data-files]");
form?.addEventListener("submit", (event) => {
  const field = form.querySelector("input[type=file]");
  if (!field.files.length) return;
  event.preventDefault();
  bring([...field.files]);
  form.reset();
});
