// A wall on which something else hangs now: its page is asked for anew, and what it says is taken over.
// What is in the window stays there.
export const isResting = (tile) => tile.matches(".is-resting");
const key = (tile) => `${tile.dataset.run}/${tile.dataset.item}`;

export async function renew(grid) {
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return undefined;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("g-grid[data-outline]");
  if (!fresh) return undefined;
  // A wall that was empty had no ways to hang or to order it.
  if (page.querySelector(".hang") && !document.querySelector(".hang")) return void location.reload();
  const state = grid.whereabouts(grid.at);
  const resting = new Map(), held = new Map();
  for (const tile of grid.lead) (isResting(tile) ? resting : held).set(key(tile), tile);
  const making = [...fresh.querySelectorAll(".making")].map((tile) => held.get(key(tile)) ?? document.adoptNode(tile));
  // What was left off and is made again rests no more.
  for (const tile of making) resting.delete(key(tile));
  grid.lead = [...resting.values(), ...making];
  grid.source.renew(fresh);
  const isIn = grid.contains(document.activeElement);
  grid.layer.clear();
  grid.measure();
  await grid.restore(isIn ? state : { ...state, at: undefined });
  for (const part of [".head .sub", ".spec"]) {
    const now = page.querySelector(part);
    if (now) document.querySelector(part)?.replaceChildren(...now.childNodes);
  }
  return undefined;
}
