// The spectrum as a filter of more than one colour: drawn over with the pointer, or stretched by
// Shift and an arrow. One colour is a plain link, here as everywhere.
export function spectrum(bar) {
  const bands = [...bar.querySelectorAll("a")];
  let anchor = null, reach = null;

  const range = () => [Math.min(anchor, reach), Math.max(anchor, reach)];
  const show = () => {
    const [from, to] = anchor === null ? [1, 0] : range();
    bands.forEach((band, at) => band.classList.toggle("is-chosen", at >= from && at <= to));
  };
  const clear = () => {
    anchor = reach = null;
    show();
  };
  const choose = () => {
    const [from, to] = range();
    const place = new URL(bands[from].getAttribute("href"), location.href);
    place.searchParams.set("colours", `${bands[from].dataset.first}-${bands[to].dataset.last}`);
    location.assign(place);
  };

  bar.addEventListener("pointerdown", (event) => {
    const at = bands.indexOf(event.target.closest("a"));
    if (at < 0 || event.button !== 0 || event.pointerType === "touch") return;
    anchor = reach = at;
    event.preventDefault();
    bar.setPointerCapture(event.pointerId);
  });
  bar.addEventListener("pointermove", (event) => {
    if (anchor === null || !bar.hasPointerCapture(event.pointerId)) return;
    const at = bands.indexOf(document.elementFromPoint(event.clientX, middle(bar))?.closest?.("a"));
    if (at >= 0) reach = at;
    show();
  });
  bar.addEventListener("pointerup", (event) => {
    if (anchor === null || !bar.hasPointerCapture(event.pointerId)) return;
    choose();
  });
  bar.addEventListener("pointercancel", clear);

  bar.addEventListener("keydown", (event) => {
    const at = bands.indexOf(event.target.closest("a"));
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") return clear();
    if (event.key === "Enter" && anchor !== null && anchor !== reach) {
      event.preventDefault();
      return choose();
    }
    if (!step || at < 0) return undefined;
    event.preventDefault();
    event.stopPropagation();
    const next = Math.max(0, Math.min(bands.length - 1, at + step));
    if (event.shiftKey) {
      anchor ??= at;
      reach = next;
      show();
    } else clear();
    bands[next].focus();
    return undefined;
  });
}

function middle(bar) {
  const box = bar.querySelector("svg").getBoundingClientRect();
  return box.top + box.height / 2;
}
