// A picture is dropped anywhere, pasted, chosen or taken by the camera; then its study is opened.

const form = document.querySelector("[data-send]");
const said = form?.querySelector(".said") ?? document.querySelector("g-study .said");

const say = (words) => { if (said) said.textContent = words; };

/** Send a picture, and go where its study stands. */
export async function send(file) {
  if (!file) return;
  document.documentElement.classList.add("is-sending");
  say(`Looking at ${file.name || "the picture"}…`);
  const body = new FormData();
  body.append("picture", file);
  try {
    const answer = await fetch("/studies", { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.ok) { location.assign(answer.url); return; }
    const problem = await answer.json().catch(() => ({}));
    say([problem.title ?? "That picture cannot be studied.", problem.detail].filter(Boolean).join(" "));
  } catch {
    say("The studio cannot be reached. Is it still running?");
  }
  document.documentElement.classList.remove("is-sending");
}

const pictureIn = (transfer) => [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/"))
  ?? transfer?.files?.[0];

addEventListener("dragover", (event) => {
  if (![...event.dataTransfer.types].includes("Files")) return;
  event.preventDefault();
  document.documentElement.classList.add("is-over");
});
for (const name of ["dragleave", "drop"]) {
  addEventListener(name, (event) => {
    if (name === "drop" || !event.relatedTarget) document.documentElement.classList.remove("is-over");
  });
}
addEventListener("drop", (event) => {
  // What is dropped into a field that takes pictures itself is that field's.
  const file = event.defaultPrevented ? null : pictureIn(event.dataTransfer);
  if (!file) return;
  event.preventDefault();
  send(file);
});
addEventListener("paste", (event) => {
  const file = pictureIn(event.clipboardData);
  if (file) send(file);
});

if (form) {
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => send(input.files[0]));
  }
  form.querySelector("button.act").hidden = true;
  const camera = form.querySelector("[data-camera]");
  // A phone opens its own camera for a file; a desk asks for one here.
  if (matchMedia("(pointer: coarse)").matches) camera.hidden = false;
  else if (navigator.mediaDevices?.getUserMedia) camera.replaceWith(desk());
}

function desk() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "act";
  button.textContent = "Take a photo";
  button.addEventListener("click", shoot);
  return button;
}

async function shoot() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1920 } } });
  } catch {
    say("No camera may be used here. Choose a file instead.");
    return;
  }
  const dialog = document.createElement("dialog"), video = document.createElement("video");
  const take = document.createElement("button"), leave = document.createElement("button");
  dialog.className = "camera";
  dialog.setAttribute("aria-label", "Camera");
  for (const [button, words] of [[take, "Take it"], [leave, "Leave"]]) {
    button.className = "act";
    button.textContent = words;
  }
  video.autoplay = true;
  video.muted = true;
  video.srcObject = stream;
  dialog.append(video, take, leave);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    stream.getTracks().forEach((track) => track.stop());
    dialog.remove();
  });
  leave.addEventListener("click", () => dialog.close());
  take.addEventListener("click", () => {
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 }).then((blob) => {
      dialog.close();
      send(new File([blob], "photo.jpg", { type: "image/jpeg" }));
    });
  });
  dialog.showModal();
}
