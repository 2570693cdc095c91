// Notices: one at a time, read out, with what did not come of it and a way on or back, where there is one.
const SHORT_MS = 5000;
const LONG_MS = 12_000;
const MOST_LINES = 8;

let notice, leaving;

const made = (name, told) => Object.assign(document.createElement(name), told);
// A file's name may hold signs that turn round the line in which it stands.
const steady = (words) => words.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");

// `detail`: words alone, or { words, lines, link: { href, words }, act: { words, call }, undo, stays }.
export function tell(detail) {
  const { words, lines = [], link, undo, stays, act = undo && { words: "Undo", call: undo } } = typeof detail === "string" ? { words: detail } : detail;
  notice ??= document.body.appendChild(made("div", { className: "told" }));
  notice.setAttribute("role", "status");
  notice.hidden = false;
  notice.replaceChildren(made("span", { textContent: steady(words) }));
  if (lines.length) notice.append(listed(lines));
  if (link) notice.append(made("a", { href: link.href, textContent: link.words }));
  if (act) notice.append(button(act.words, act.call));
  else if (stays) notice.append(button("Close", () => {}));
  clearTimeout(leaving);
  if (!stays) leaving = setTimeout(() => { notice.hidden = true; }, act ? LONG_MS : SHORT_MS);
}

function listed(lines) {
  const list = made("ul", {});
  const shown = lines.length > MOST_LINES ? lines.slice(0, MOST_LINES - 1) : lines;
  list.append(...shown.map((line) => made("li", { textContent: steady(line) })));
  if (shown.length < lines.length) list.append(made("li", { textContent: `And ${lines.length - shown.length} more.` }));
  return list;
}

function button(words, call) {
  const element = made("button", { type: "button", textContent: words });
  element.addEventListener("click", () => {
    notice.hidden = true;
    call();
  });
  return element;
}
