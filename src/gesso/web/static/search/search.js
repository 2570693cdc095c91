// The page of a search where scripts run: a touch on a colour searches, and so does a picture that
// is chosen, dropped anywhere or pasted. Without them both forms do the same by their buttons.

const asking = document.querySelector("[data-asking]");
const sending = document.querySelector("[data-send]");
const file = sending.querySelector("input[type=file]");
const said = sending.querySelector(".said");

asking.addEventListener("change", ({ target }) => {
  if (target.name === "own") asking.elements.mix.checked = true;
  if (["own", "colour"].includes(target.name)) asking.requestSubmit();
});
// What is empty need not stand in the address.
asking.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value) formData.delete(name);
  if (!formData.has("mix")) formData.delete("own");
});
// What stands in the fields now goes with the picture, not what stood there when the page came.
sending.addEventListener("formdata", ({ formData }) => {
  const now = new FormData(asking);
  for (const name of ["words", "filter", "colour"]) {
    formData.delete(name);
    for (const value of now.getAll(name)) if (value) formData.append(name, value);
  }
});

const isPicture = (one) => one?.type.startsWith("image/");
function send(files) {
  const picture = [...(files ?? [])].find(isPicture);
  if (!picture) {
    said.textContent = "That is no picture.";
    return;
  }
  const held = new DataTransfer();
  held.items.add(picture);
  file.files = held.files;
  said.textContent = `Looking at ${picture.name || "the picture"}…`;
  document.documentElement.classList.add("is-sending");
  sending.requestSubmit();
}

file.addEventListener("change", () => { if (file.files.length) send(file.files); });
addEventListener("dragover", (event) => {
  if (![...event.dataTransfer.types].includes("Files")) return;
  event.preventDefault();
  document.documentElement.classList.add("is-over");
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.documentElement.classList.remove("is-over");
});
addEventListener("drop", (event) => {
  document.documentElement.classList.remove("is-over");
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  send(event.dataTransfer.files);
});
addEventListener("paste", (event) => {
  if ([...(event.clipboardData?.files ?? [])].some(isPicture)) send(event.clipboardData.files);
});
// A page that comes back from the past is not sending any more.
addEventListener("pageshow", () => {
  document.documentElement.classList.remove("is-sending");
  said.textContent = "";
});
