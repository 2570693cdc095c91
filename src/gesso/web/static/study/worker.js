// Plans in a thread of their own: finding and merging patches never holds a finger up.

import { planOf } from "./plan.js";

const pictures = new Map();

addEventListener("message", ({ data }) => {
  if (data.picture) pictures.clear(), pictures.set(data.picture.id, data.picture);
  const picture = pictures.get(data.of);
  if (!picture) return;
  const began = performance.now();
  const plan = planOf(picture, data.wishes);
  postMessage({ ask: data.ask, plan, took: performance.now() - began }, [plan.bands.buffer]);
});
