// A set's own page: a work is taken out by a key, and can be had back.
import { ask } from "./choose.js";
import "./sharing.js";
import { tell } from "../telling.js";

const number = document.querySelector("[data-set]")?.dataset.set;

document.addEventListener("gesso:act", async (event) => {
  const tile = document.activeElement?.closest?.(".w");
  if (event.detail.action !== "remove" || !number || !tile?.dataset.id) return;
  event.preventDefault();
  const work = Number(tile.dataset.id);
  const { works } = (await ask(`/api/sets/${number}`)) || { works: [] };
  const before = works[works.indexOf(work) + 1] ?? null;
  const left = await ask(`/api/sets/${number}/works/${work}`, "DELETE");
  if (!left) return tell("That could not be kept.");
  tile.classList.add("is-out");
  count(left);
  tell({
    words: "Taken out of this set.",
    undo: async () => {
      const back = await ask(`/api/sets/${number}/works`, "POST", { works: [work], before });
      if (!back) return;
      tile.classList.remove("is-out");
      count(back);
    },
  });
  return undefined;
});

function count(board) {
  const said = document.querySelector("[data-count]");
  if (said && Number.isInteger(board.count)) said.textContent = `${board.count.toLocaleString("en")} ${board.count === 1 ? "work" : "works"}.`;
}
