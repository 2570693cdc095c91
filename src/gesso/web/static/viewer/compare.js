// Two pictures held against each other: beside, wiped over, or in turn, with one zoom for both.
import { PanZoom } from "./panzoom.js";

const BLINK_MS = 900;
const MODES = ["two", "wipe", "blink"];

class Compare extends HTMLElement {
  connectedCallback() {
    const figures = [...this.querySelectorAll("figure")];
    this.figures = figures;
    this.group = document.querySelector(".modes");
    this.wiper = document.querySelector(".wiper");
    this.slider = this.wiper.querySelector("input");
    this.group.hidden = false;
    this.classList.add("is-live");
    this.zoom = new PanZoom(figures.map((figure) => {
      const image = figure.querySelector("img");
      // Both are drawn in the first one's shape, so that places agree where sizes do not.
      return { box: figure.querySelector(".pane"), image, width: Number(image.getAttribute("width")), height: Number(image.getAttribute("height")) };
    }), { onChange: () => this.wipe() });
    this.edge = document.createElement("div");
    this.edge.className = "edge";
    this.edge.hidden = true;
    figures[0].querySelector(".pane").append(this.edge);
    this.group.addEventListener("click", (event) => {
      const mode = event.target.closest("button")?.dataset.mode;
      if (mode) this.show(mode);
    });
    this.slider.addEventListener("input", () => this.wipe());
    document.addEventListener("keydown", (event) => this.key(event));
    this.show(MODES.includes(localStorage.getItem("gesso.compare")) ? localStorage.getItem("gesso.compare") : "two");
  }

  show(mode) {
    this.mode = mode;
    localStorage.setItem("gesso.compare", mode);
    for (const one of MODES) this.classList.toggle(`is-${one}`, one === mode);
    for (const button of this.group.children) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    this.wiper.hidden = mode !== "wipe";
    this.edge.hidden = mode !== "wipe";
    clearInterval(this.ticking);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (mode === "blink" && !still) this.ticking = setInterval(() => this.turn(), BLINK_MS);
    for (const figure of this.figures) figure.toggleAttribute("data-off", mode === "blink" && figure === this.figures[1]);
    this.zoom.draw();
  }

  turn() {
    for (const figure of this.figures) figure.toggleAttribute("data-off");
  }

  // The second picture is cut away to the left of the edge.
  wipe() {
    const [, second] = this.figures;
    const pane = second.querySelector(".pane");
    const share = Number(this.slider.value);
    pane.style.clipPath = this.mode === "wipe" ? `inset(0 0 0 ${share}%)` : "";
    if (this.edge) this.edge.style.left = `${share}%`;
  }

  key(event) {
    const field = event.target.closest("input, textarea, select");
    // The wipe's own slider takes the arrows and leaves the letters.
    if (field && (field !== this.slider || event.key.startsWith("Arrow"))) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") document.querySelector("[data-back]").click();
    else if (event.key === "w") this.show("wipe");
    else if (event.key === "b") this.show("blink");
    else if (event.key === "t") this.show("two");
    else if (event.key === " " && this.mode === "blink" && !event.target.closest("button, a")) {
      event.preventDefault();
      clearInterval(this.ticking);
      this.turn();
    } else if (this.mode === "wipe" && event.shiftKey && event.key.startsWith("Arrow")) {
      event.preventDefault();
      this.slider.value = Number(this.slider.value) + (event.key === "ArrowRight" ? 2 : -2);
      this.wipe();
    } else if (!event.shiftKey || event.key === "+") this.zoom.key(event);
  }
}

customElements.define("g-compare", Compare);
