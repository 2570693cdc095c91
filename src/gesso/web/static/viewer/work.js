// A work's page: the picture at full size, marking in place, what is near it, keys.
import { markInPlace } from "../favourite.js";

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

// Words before the link are chosen with it, so that one key copies it.
const given = document.querySelector(".given a");
if (given && navigator.clipboard) {
  const copy = document.createElement("button");
  copy.type = "button";
  copy.className = "plain";
  copy.textContent = "Copy";
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(given.href).then(() => { copy.textContent = "Copied"; }, () => {});
  });
  given.parentElement.append(" ", copy);
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

// What the page opens with a link to a part of it is told without a jump of focus.
document.addEventListener("keydown", (event) => {
  if (!isPlain(event) || event.target.closest("input, textarea, select, dialog")) return;
  const go = (selector) => document.querySelector(selector)?.click();
  if (event.key === "f") document.querySelector("form[action$='/favourite']")?.requestSubmit();
  else if ((event.key === "z" || event.key === "Enter") && picture && (event.key === "z" || event.target === document.body)) zoom();
  else if (event.key === "c") go("[data-act=compare], [data-act=values]");
  else if (event.key === "v") go("[data-act=values]");
  else if (event.key === "s") go(".acts a[href^='/studies/']");
  else if (event.key === "ArrowLeft") go(".beside [rel=prev]");
  else if (event.key === "ArrowRight") go(".beside [rel=next]");
  else if (event.key === "Escape" && document.referrer.startsWith(location.origin)) history.back();
});
