// A work's page: marking in place, and the key that does it.
import { markInPlace } from "./favourite.js";

markInPlace(document);
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea")) return;
  if (event.key === "f") document.querySelector("form[action$='/favourite']")?.requestSubmit();
  if (event.key === "Escape" && document.referrer.startsWith(location.origin)) history.back();
});
