// A link by which a work or a set is shown, copied with one press.
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
