// Pan, pinch, wheel and keys over one or several pictures that move as one.
//
// A view is {scale, x, y}: scale 1 fits the picture into its box, x and y are where the middle of
// the box lies in the picture, each from 0 to 1. So boxes and pictures of unlike sizes agree.
const MOST = 24;
const STEP = 1.35;
const PAN = 0.12;

export class PanZoom {
  // panes: [{box, image, width, height}], image absolutely placed in box with transform-origin 0 0.
  constructor(panes, { onChange = () => {} } = {}) {
    this.panes = panes;
    this.onChange = onChange;
    this.pointers = new Map();
    this.view = { scale: 1, x: 0.5, y: 0.5 };
    this.watch = new ResizeObserver(() => this.draw());
    this.ending = new AbortController();
    const on = (box, name, heard, options = {}) =>
      box.addEventListener(name, heard, { signal: this.ending.signal, ...options });
    for (const pane of panes) {
      this.watch.observe(pane.box);
      on(pane.box, "wheel", (event) => this.wheel(event, pane), { passive: false });
      on(pane.box, "pointerdown", (event) => this.take(event, pane));
      on(pane.box, "pointermove", (event) => this.move(event, pane));
      for (const name of ["pointerup", "pointercancel"]) on(pane.box, name, (event) => this.release(event, pane));
      on(pane.box, "dblclick", (event) => {
        event.preventDefault();
        if (this.view.scale > 1.01) this.reset();
        else this.zoom(this.actual(pane), this.within(event, pane), pane);
      });
    }
    this.draw();
  }

  end() {
    this.watch.disconnect();
    this.ending.abort();
  }

  reset() {
    this.view = { scale: 1, x: 0.5, y: 0.5 };
    this.draw();
  }

  // A pixel of the picture for a pixel of the screen, or twice as large where it is that already.
  actual(pane) {
    const factor = 1 / (this.fit(pane) * devicePixelRatio);
    return factor > 1.2 ? factor : 2;
  }

  fit({ box, width, height }) {
    return Math.min(box.clientWidth / width, box.clientHeight / height) || 1;
  }

  // Zoom to a scale so that what lies under a point of the box stays there.
  zoom(scale, at, pane = this.panes[0]) {
    const bounded = Math.min(MOST, Math.max(1, scale));
    const fit = this.fit(pane);
    const [dx, dy] = at || [0, 0];
    const shift = (1 / (fit * this.view.scale)) - (1 / (fit * bounded));
    this.view.x += (dx * shift) / pane.width;
    this.view.y += (dy * shift) / pane.height;
    this.view.scale = bounded;
    this.draw();
  }

  pan(right, down) {
    this.view.x += (right * PAN) / this.view.scale;
    this.view.y += (down * PAN) / this.view.scale;
    this.draw();
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    const done = {
      "+": () => this.zoom(this.view.scale * STEP),
      "=": () => this.zoom(this.view.scale * STEP),
      "-": () => this.zoom(this.view.scale / STEP),
      "0": () => this.reset(),
      "1": () => this.zoom(this.actual(this.panes[0])),
      ArrowLeft: () => this.pan(-1, 0),
      ArrowRight: () => this.pan(1, 0),
      ArrowUp: () => this.pan(0, -1),
      ArrowDown: () => this.pan(0, 1),
    }[event.key];
    if (!done) return false;
    event.preventDefault();
    done();
    return true;
  }

  // From the middle of the box, in pixels.
  within(event, { box }) {
    const place = box.getBoundingClientRect();
    return [event.clientX - place.left - place.width / 2, event.clientY - place.top - place.height / 2];
  }

  wheel(event, pane) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.zoom(this.view.scale * Math.exp((-event.deltaY * lines) / 400), this.within(event, pane), pane);
  }

  take(event, pane) {
    if (event.button) return;
    pane.box.setPointerCapture(event.pointerId);
    pane.box.classList.add("is-held");
    this.pointers.set(event.pointerId, this.within(event, pane));
  }

  move(event, pane) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this.within(event, pane);
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, now);
    const span = this.fit(pane) * this.view.scale;
    const share = other ? 0.5 : 1;
    this.view.x -= ((now[0] - before[0]) * share) / (span * pane.width);
    this.view.y -= ((now[1] - before[1]) * share) / (span * pane.height);
    if (!other) return this.draw();
    const apart = ([x, y]) => Math.hypot(x - other[0], y - other[1]) || 1;
    const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    this.zoom((this.view.scale * apart(now)) / apart(before), middle, pane);
  }

  release(event, pane) {
    this.pointers.delete(event.pointerId);
    if (!this.pointers.size) pane.box.classList.remove("is-held");
  }

  draw() {
    const { view } = this;
    for (const pane of this.panes) this.place(pane, view);
    this.onChange(view);
  }

  place(pane, view) {
    const { box, image, width, height } = pane;
    if (!box.clientWidth || !box.clientHeight) return;
    const scale = this.fit(pane) * view.scale;
    // The picture never leaves the box: where it is smaller it stays in the middle.
    const held = (at, size, room) => {
      const half = room / (2 * size * scale);
      return half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, at));
    };
    if (pane === this.panes[0]) {
      view.x = held(view.x, width, box.clientWidth);
      view.y = held(view.y, height, box.clientHeight);
    }
    const left = box.clientWidth / 2 - held(view.x, width, box.clientWidth) * width * scale;
    const top = box.clientHeight / 2 - held(view.y, height, box.clientHeight) * height * scale;
    image.style.width = `${width}px`;
    image.style.height = `${height}px`;
    image.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
  }
}
