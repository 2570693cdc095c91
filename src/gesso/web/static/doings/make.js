// What an order would cost is reckoned again as its form changes; without this a button does it.
import { morph, shown } from "./morph.js";

const WAIT_MS = 350;
const form = document.querySelector("#order");
const price = document.querySelector("#price");
let timer = 0;
let asked = 0;

async function reckon() {
  const number = ++asked;
  const fields = new URLSearchParams(new FormData(form));
  fields.delete("theme");
  try {
    const page = await shown(`/make?${fields}`);
    if (number === asked) morph(price, page.querySelector("#price"));
  } catch {
    // A field that cannot be is told when the order is begun; the sum stays as it was.
  }
}

form.querySelector("[data-reckon]").hidden = true;
form.addEventListener("input", (event) => {
  if (event.target.name === "theme") return;
  clearTimeout(timer);
  timer = setTimeout(reckon, WAIT_MS);
});
form.addEventListener("submit", (event) => {
  event.submitter?.setAttribute("aria-busy", "true");
});
