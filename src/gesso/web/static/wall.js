// The wall that was chosen last, set before anything is drawn. A classic script, so that no page flashes.
(() => {
  const root = document.documentElement;
  // A page that wants a wall of its own remembers its own choice.
  const key = root.dataset.wallKey || "gesso.wall";
  const chosen = localStorage.getItem(key);
  if (chosen) root.dataset.wall = chosen;
  // Grids wait unseen for their script; where it does not come they hang by themselves.
  root.classList.add("js");
  setTimeout(() => document.querySelectorAll("g-grid:not(.is-laid), g-study:not(.is-live)").forEach(
    (one) => one.classList.add("is-left")), 4000);

  addEventListener("DOMContentLoaded", () => {
    const group = document.querySelector(".walls");
    const now = () => root.dataset.wall
      || (matchMedia("(prefers-color-scheme: dark)").matches ? "nocturne" : "chalk");
    const show = () => group.querySelectorAll("button").forEach(
      (button) => button.setAttribute("aria-pressed", String(button.dataset.wall === now())));
    if (group) {
      group.hidden = false;
      group.addEventListener("click", (event) => {
        const wall = event.target.closest("button")?.dataset.wall;
        if (!wall) return;
        root.dataset.wall = wall;
        localStorage.setItem(key, wall);
        show();
      });
      show();
    }
    document.querySelector("[data-keys]")?.removeAttribute("hidden");
  });

  // Keys, notices and what works offline come once somebody is here: not with the first view.
  const source = document.currentScript.src;
  // What could not be had once a browser takes for lost: it is asked for again by another name.
  const had = (name) => import(new URL(name, source)).catch(() => import(new URL(`${name}?${Date.now()}`, source)));
  let keys, isHere = false;
  const come = () => {
    keys ??= had("keys.js").then((module) => { isHere = true; return module; });
    keys.catch(() => { keys = undefined; });
    return keys;
  };
  for (const kind of ["pointermove", "focusin", "touchstart"]) {
    addEventListener(kind, come, { once: true, passive: true });
  }
  document.addEventListener("gesso:told", (event) => {
    had("telling.js").then((module) => module.tell(event.detail));
  });
  addEventListener("keydown", (event) => { if (!isHere) come().then((module) => module.pressed(event)); });
  addEventListener("click", (event) => {
    if (event.target.closest?.("[data-keys]")) come().then((module) => module.showKeys());
  });
  // "/" goes to the search field from anywhere but a field; at once, for browsers have it too.
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    document.querySelector(".find input")?.focus();
  });
  // Pictures that are dropped: on the search field they are searched by, elsewhere on a page that takes
  // them they are brought in. Who does it comes with the first that is held over it.
  // A picture of the page itself that is dragged about is told as a file, too.
  let isOurs = false;
  for (const kind of ["dragstart", "dragend"]) addEventListener(kind, () => { isOurs = kind === "dragstart"; }, { capture: true });
  const isForSearch = (event) => Boolean(event.target.closest?.(".find"));
  const takes = (event) => !isOurs && [...(event.dataTransfer?.types ?? [])].includes("Files")
    && (isForSearch(event) || document.querySelector("[data-bring]"));
  const bringer = () => had("grid/bring.js");
  const showOver = (event) => root.classList.toggle("is-over", Boolean(event) && !isForSearch(event));
  addEventListener("dragenter", (event) => {
    if (!takes(event)) return;
    bringer().catch(() => {});
    showOver(event);
  });
  addEventListener("dragover", (event) => { if (takes(event)) event.preventDefault(); });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) showOver(null); });
  addEventListener("drop", (event) => {
    if (!takes(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    showOver(null);
    const files = [...event.dataTransfer.files], isSought = isForSearch(event);
    bringer().then(({ bring, seek }) => (isSought ? seek : bring)(files), () => document.dispatchEvent(
      new CustomEvent("gesso:told", { detail: "The studio cannot be reached: nothing was brought in." })));
  });
  addEventListener("load", () => {
    const worker = document.querySelector("meta[name=worker]");
    if (!worker || !("serviceWorker" in navigator)) return;
    const register = () => navigator.serviceWorker.register(worker.content).catch(() => {});
    (window.requestIdleCallback || setTimeout)(() => setTimeout(register, 1500));
  });
})();
