// A mark is set where it stands: nothing moves, nothing is loaded anew.
export function markInPlace(root) {
  root.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[action$='/favourite']");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button");
    const wished = form.elements.mark.value === "true";
    const number = form.getAttribute("action").split("/")[2];
    show(form, button, wished);
    const answer = await fetch(`/api/works/${number}/mark`, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ favourite: wished }),
    }).catch(() => null);
    if (!answer?.ok) show(form, button, !wished);
  });
}

function show(form, button, isMarked) {
  button.setAttribute("aria-pressed", String(isMarked));
  form.elements.mark.value = String(!isMarked);
}
