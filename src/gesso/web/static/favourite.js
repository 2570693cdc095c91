// A mark is set where it stands: nothing moves, nothing is loaded anew. Without a network it waits
// here, in the order in which it was set, and is sent once there is one.
const WAITING = "gesso.marks";
const DONE = "gesso.marked";
const LAST = "gesso.marked.last";

export function markInPlace(root) {
  const remark = (marked) => {
    for (const form of root.querySelectorAll("form[action$='/favourite']")) {
      const isMarked = marked[form.getAttribute("action").split("/")[2]];
      if (isMarked !== undefined) show(form.querySelector("button"), isMarked, form);
    }
  };
  if (isComeBackTo()) remark(markedHere());
  document.addEventListener("gesso:marked", (event) => remark(event.detail));
  root.addEventListener("submit", (event) => {
    const form = event.target.closest("form[action$='/favourite']");
    if (!form) return;
    event.preventDefault();
    toggle(form.querySelector("button"), form.getAttribute("action").split("/")[2], form);
  });
}

export async function toggle(button, number, form = null) {
  const isWished = button.getAttribute("aria-pressed") !== "true";
  show(button, isWished, form);
  const isKept = await setFavourite(number, isWished);
  if (!isKept) show(button, !isWished, form);
  return isKept ? isWished : !isWished;
}

function show(button, isMarked, form) {
  button.setAttribute("aria-pressed", String(isMarked));
  if (form) form.elements.mark.value = String(!isMarked);
}

// Whether the mark is kept, or will be.
export async function setFavourite(number, isMarked) {
  try {
    const isKept = await send(number, isMarked);
    if (isKept) spread(number, isMarked);
    return isKept;
  } catch {
    spread(number, isMarked);
    const waiting = read();
    waiting[number] = isMarked;
    localStorage.setItem(WAITING, JSON.stringify(waiting));
    document.dispatchEvent(new CustomEvent("gesso:told", { detail: "Kept here until the studio can be reached." }));
    return true;
  }
}

async function send(number, isMarked) {
  const answer = await fetch(`/api/works/${number}/mark`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ favourite: isMarked }),
  });
  if (answer.status === 503) throw new Error("busy");
  return answer.ok;
}

function read(store = localStorage, name = WAITING) {
  try {
    return JSON.parse(store.getItem(name)) || {};
  } catch {
    return {};
  }
}

// A page that is come back to may be drawn as it was sent: what was marked since stands here.
export const isComeBackTo = () => performance.getEntriesByType("navigation")[0]?.type === "back_forward";
export const markedHere = () => read(sessionStorage, DONE);

function note(number, isMarked) {
  const marked = markedHere();
  marked[number] = isMarked;
  sessionStorage.setItem(DONE, JSON.stringify(marked));
}

// Other pages of this browser that are open hear of it.
function spread(number, isMarked) {
  note(number, isMarked);
  localStorage.setItem(LAST, JSON.stringify([number, isMarked, Date.now()]));
}

addEventListener("storage", (event) => {
  if (event.key !== LAST || !event.newValue) return;
  const [number, isMarked] = JSON.parse(event.newValue);
  note(number, isMarked);
  document.dispatchEvent(new CustomEvent("gesso:marked", { detail: { [number]: isMarked } }));
});

export async function sendWaiting() {
  for (const [number, isMarked] of Object.entries(read())) {
    try {
      await send(number, isMarked);
    } catch {
      return;
    }
    const left = read();
    if (left[number] === isMarked) delete left[number];
    localStorage.setItem(WAITING, JSON.stringify(left));
  }
}

addEventListener("online", sendWaiting);
if (Object.keys(read()).length) sendWaiting();
