// The wall that was chosen last, set before anything is drawn. A classic script, so that no page flashes.
(() => {
  // A page that wants a wall of its own remembers its own choice.
  const key = document.documentElement.dataset.wallKey || "gesso.wall";
  const chosen = localStorage.getItem(key);
  if (chosen) document.documentElement.dataset.wall = chosen;
  addEventListener("DOMContentLoaded", () => {
    const group = document.querySelector(".walls");
    const now = () => document.documentElement.dataset.wall
      || (matchMedia("(prefers-color-scheme: dark)").matches ? "nocturne" : "chalk");
    const show = () => group.querySelectorAll("button").forEach(
      (button) => button.setAttribute("aria-pressed", String(button.dataset.wall === now())));
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const wall = event.target.closest("button")?.dataset.wall;
      if (!wall) return;
      document.documentElement.dataset.wall = wall;
      localStorage.setItem(key, wall);
      show();
    });
    show();
  });
  // "/" goes to the search field from anywhere but a field.
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    document.querySelector(".find input").focus();
  });
})();
