// A work's page: the picture at full size, marking in place, what is near it, keys.
import { markInPlace } from "../favourite.js";
import "../sets/sharing.js";

markInPlace(document);

const picture = document.querySelector(".zoomable");
const zoom = async () => {
  const { view } = await import("./viewer.js");
  view(picture);
};
const isPlain = (event) => !(event.altKey || event.ctrlKey || event.metaKey || event.shiftKey);
for (const link of document.querySelectorAll(".zoomable, [data-act=zoom]")) {
  link.addEventListener("click", (event) => {
    if (!isPlain(event) || event.button) return;
    event.preventDefault();
    zoom();
  });
}

// What is near it, and what sounds near it, come when they are nearly seen.
const arrive = async (seen, observer) => {
  for (const { target: near } of seen.filter((one) => one.isIntersecting)) {
    observer.unobserve(near);
    const answer = await fetch(near.dataset.from).catch(() => null);
    if (!answer?.ok) continue;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    near.querySelector("p")?.remove();
    near.append(...[...found.body.children].map((one) => document.adoptNode(one)));
  }
};
const observer = new IntersectionObserver(arrive, { rootMargin: "400px" });
for (const near of document.querySelectorAll(".near[data-from]")) observer.observe(near);

const go = (selector) => {
  const found = document.querySelector(selector);
  found?.click();
  return Boolean(found);
};
const ACTS = {
  favourite: () => {
    const form = document.querySelector("form[action$='/favourite']");
    form?.requestSubmit();
    return Boolean(form);
  },
  zoom: () => picture && (zoom(), true),
  compare: () => go("[data-act=compare], [data-act=values]"),
  values: () => go("[data-act=values]"),
  previous: () => go(".beside [rel=prev]"),
  next: () => go(".beside [rel=next]"),
  record: () => {
    const record = document.getElementById("record");
    record?.scrollIntoView();
    return Boolean(record);
  },
  leave: () => document.referrer.startsWith(location.origin) && (history.back(), true),
};
document.addEventListener("gesso:act", (event) => {
  if (ACTS[event.detail.action]?.()) event.preventDefault();
});
