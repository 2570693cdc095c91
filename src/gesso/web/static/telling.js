// Notices: one at a time, read out, with a way back where there is one.
let notice, leaving;

export function tell(detail) {
  const { words, undo } = typeof detail === "string" ? { words: detail } : detail;
  notice ??= document.body.appendChild(Object.assign(document.createElement("div"), { className: "told" }));
  notice.setAttribute("role", "status");
  notice.hidden = false;
  notice.replaceChildren(Object.assign(document.createElement("span"), { textContent: words }));
  if (undo) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Undo" });
    button.addEventListener("click", () => {
      notice.hidden = true;
      undo();
    });
    notice.append(button);
  }
  clearTimeout(leaving);
  leaving = setTimeout(() => { notice.hidden = true; }, undo ? 12000 : 5000);
}
