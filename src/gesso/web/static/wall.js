// The wall that was chosen last, set before anything is drawn. A classic script, so that no page flashes.
(() => {
  const root = document.documentElement;
  // A page that wants a wall of its own remembers its own choice.
  const key = root.dataset.wallKey || "gesso.wall";
  const chosen = localStorage.getItem(key);
  if (chosen) root.dataset.wall = chosen;
  // Grids wait unseen for their script; where it does not come they hang by themselves.
  root.classList.add("js");
  setTimeout(() => document.querySelector("g-grid:not(.is-laid)")?.classList.add("is-left"), 4000);

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
  let keys, isHere = false;
  const come = () => {
    keys ??= import(new URL("keys.js", source)).then((module) => { isHere = true; return module; });
    return keys;
  };
  for (const kind of ["pointermove", "focusin", "touchstart"]) {
    addEventListener(kind, come, { once: true, passive: true });
  }
  document.addEventListener("gesso:told", (event) => {
    import(new URL("telling.js", source)).then((module) => module.tell(event.detail));
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
  addEventListener("load", () => {
    const worker = document.querySelector("meta[name=worker]");
    if (!worker || !("serviceWorker" in navigator)) return;
    const register = () => navigator.serviceWorker.register(worker.content).catch(() => {});
    (window.requestIdleCallback || setTimeout)(() => setTimeout(register, 1500));
  });
})();
