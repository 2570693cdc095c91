// Putting a story together takes a while: the button says so, and is pressed once.
const form = document.querySelector(".begin-story");

form.addEventListener("submit", (event) => {
  const button = event.submitter ?? form.querySelector("[data-wait]");
  button.textContent = button.dataset.wait;
  button.setAttribute("aria-busy", "true");
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "true";
});
// Back from the story: it can be sent again.
addEventListener("pageshow", () => { delete form.dataset.sent; });
