// <g-sound>: one line that plays. The player of the browser is there without this script.
const minutes = (seconds) => {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};
const NAME = "http://www.w3.org/2000/svg";
let playing = null;
let count = 0;

class Sound extends HTMLElement {
  connectedCallback() {
    if (this.audio) return;
    this.audio = this.querySelector("audio");
    this.wave = this.querySelector(".wave");
    if (!this.audio || !this.wave) return;
    this.length = Number(this.audio.dataset.length) || 0;
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "play" });
    this.time = Object.assign(document.createElement("span"), { className: "time num" });
    this.prepend(this.button);
    this.append(this.time);
    this.paint();
    this.slider();
    this.button.addEventListener("click", () => this.turn());
    for (const name of ["play", "pause", "ended", "timeupdate", "seeked", "loadedmetadata"]) {
      this.audio.addEventListener(name, () => this.show());
    }
    this.audio.addEventListener("error", () => {
      this.time.textContent = "Cannot be played";
      this.button.disabled = true;
    });
    this.classList.add("is-ready");
    this.show();
  }

  // The part that was heard is the same line, cut where the sound is now.
  paint() {
    const svg = this.wave.querySelector("svg");
    const cut = document.createElementNS(NAME, "clipPath");
    cut.id = `heard-${count += 1}`;
    this.heard = document.createElementNS(NAME, "rect");
    this.heard.setAttribute("height", "40");
    this.heard.setAttribute("width", "0");
    cut.append(this.heard);
    const line = svg.querySelector("path").cloneNode();
    line.classList.add("heard");
    line.setAttribute("clip-path", `url(#${cut.id})`);
    svg.append(cut, line);
  }

  slider() {
    const wave = this.wave;
    wave.tabIndex = 0;
    wave.setAttribute("role", "slider");
    wave.setAttribute("aria-label", `Where in ${this.dataset.title}`);
    wave.setAttribute("aria-valuemin", "0");
    wave.setAttribute("aria-valuemax", String(Math.round(this.length)));
    const go = (event) => {
      const box = wave.getBoundingClientRect();
      this.seek(((event.clientX - box.left) / box.width) * this.length);
    };
    wave.addEventListener("pointerdown", (event) => {
      wave.setPointerCapture(event.pointerId);
      go(event);
    });
    wave.addEventListener("pointermove", (event) => wave.hasPointerCapture(event.pointerId) && go(event));
    wave.addEventListener("keydown", (event) => {
      const now = this.audio.currentTime;
      const places = { ArrowLeft: now - 5, ArrowRight: now + 5, Home: 0, End: this.length - 1 };
      if (event.key in places) this.seek(places[event.key]);
      else if (event.key === " " || event.key === "Enter") this.turn();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  seek(seconds) {
    const place = Math.max(0, Math.min(this.length, seconds));
    this.audio.preload = "auto";
    this.audio.currentTime = place;
    this.show(place);
  }

  turn() {
    if (!this.audio.paused) return this.audio.pause();
    if (playing && playing !== this.audio) playing.pause();
    playing = this.audio;
    this.audio.play().catch(() => this.show());
  }

  show(place = this.audio.currentTime) {
    const length = this.length || this.audio.duration || 1;
    this.heard.setAttribute("width", String((200 * place) / length));
    this.button.textContent = this.audio.paused ? "Play" : "Pause";
    this.button.setAttribute("aria-pressed", String(!this.audio.paused));
    this.button.setAttribute("aria-label", `${this.button.textContent}: ${this.dataset.title}`);
    this.time.textContent = place > 0 ? `${minutes(place)} of ${minutes(length)}` : minutes(length);
    this.wave.setAttribute("aria-valuenow", String(Math.round(place)));
    this.wave.setAttribute("aria-valuetext", `${minutes(place)} of ${minutes(length)}`);
  }
}

customElements.define("g-sound", Sound);
