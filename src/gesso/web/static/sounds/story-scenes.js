// Scenes are put in another order: dragged by their handles, or by Alt with an arrow.
const SETTLE_MS = 600;
const WAYS = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, Home: -Infinity, End: Infinity };

export function holdScenes(main, order) {
  let timer = 0;
  let wanted = null;
  let held = null;

  const list = () => main.querySelector(".scenes");
  const scenes = () => [...list().children];
  const works = () => scenes().map((one) => Number(one.dataset.work));

  function settle(after = SETTLE_MS) {
    clearTimeout(timer);
    wanted = works();
    timer = setTimeout(keep, after);
  }

  function keep() {
    clearTimeout(timer);
    if (wanted) order(wanted);
    wanted = null;
  }

  function count() {
    scenes().forEach((one, at) => { one.querySelector("[data-place]").textContent = at + 1; });
  }

  function say(scene) {
    const all = scenes();
    const name = scene.querySelector("h3").textContent.trim();
    main.querySelector("[data-heard]").textContent = `${name}: scene ${all.indexOf(scene) + 1} of ${all.length}`;
  }

  addEventListener("keydown", (event) => {
    if (!held || event.key !== "Escape") return;
    // As it hung before; what is held stays where it is, and the others go round it.
    const known = new Map(scenes().map((one) => [Number(one.dataset.work), one]));
    const place = held.before.indexOf(Number(held.scene.dataset.work));
    held.scene.before(...held.before.slice(0, place).map((work) => known.get(work)));
    held.scene.after(...held.before.slice(place + 1).map((work) => known.get(work)));
    count();
    drop();
  });

  main.addEventListener("keydown", (event) => {
    const scene = event.target.closest?.(".scene");
    const way = WAYS[event.key];
    if (!scene || !way || !event.altKey || event.ctrlKey || event.metaKey) return;
    if (!main.querySelector(".grip") || event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    const all = scenes();
    const to = Math.max(0, Math.min(all.length - 1, all.indexOf(scene) + way));
    if (to === all.indexOf(scene)) return;
    // The others go round it, so that what has the focus keeps it.
    const at = all.indexOf(scene);
    if (to < at) scene.after(...all.slice(to, at));
    else scene.before(...all.slice(at + 1, to + 1));
    count();
    say(scene);
    scene.scrollIntoView({ block: "nearest" });
    settle();
  });

  main.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest?.(".grip");
    if (!grip || event.button) return;
    event.preventDefault();
    grip.focus();
    grip.setPointerCapture(event.pointerId);
    held = { grip, scene: grip.closest(".scene"), before: works() };
    held.scene.classList.add("is-held");
    document.body.classList.add("is-moving");
    keep();
  });

  main.addEventListener("pointermove", (event) => {
    if (!held) return;
    const others = scenes().filter((one) => one !== held.scene);
    const next = others.find((one) => {
      const box = one.getBoundingClientRect();
      return event.clientY < box.top + box.height / 2;
    });
    const now = held.scene.nextElementSibling;
    if ((next ?? null) !== now) {
      // A node that is put elsewhere loses the pointer; the others go round it instead.
      const all = scenes();
      const at = all.indexOf(held.scene);
      const to = next ? all.indexOf(next) : all.length;
      if (to <= at) held.scene.after(...all.slice(to, at));
      else held.scene.before(...all.slice(at + 1, to));
      count();
    }
    const edge = 70;
    if (event.clientY < edge) scrollBy(0, -14);
    else if (event.clientY > innerHeight - edge) scrollBy(0, 14);
  });

  function drop() {
    if (!held) return;
    held.scene.classList.remove("is-held");
    document.body.classList.remove("is-moving");
    const isMoved = held.before.join() !== works().join();
    if (isMoved) {
      say(held.scene);
      settle(0);
    }
    held = null;
  }
  // Who leaves at once has moved it all the same.
  addEventListener("pagehide", keep);
  main.addEventListener("pointerup", drop);
  main.addEventListener("pointercancel", drop);
}
