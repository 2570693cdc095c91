// The whole picture over the whole screen: by tiles where it is larger than the screen.
import { PanZoom } from "./panzoom.js";

const LARGE = 2400;

export function view(link) {
  const image = link.querySelector("img");
  const about = {
    info: link.dataset.zoom,
    href: link.href,
    width: Number(link.dataset.width),
    height: Number(link.dataset.height),
    alt: image.alt,
    small: image.currentSrc || image.src,
  };
  const dialog = document.createElement("dialog");
  dialog.className = "viewer";
  dialog.setAttribute("aria-label", about.alt);
  const stage = document.createElement("div");
  stage.className = "stage";
  stage.tabIndex = 0;
  stage.setAttribute("role", "img");
  stage.setAttribute("aria-label", `${about.alt}. Plus and minus zoom, arrows move.`);
  const bar = document.createElement("div");
  bar.className = "bar";
  const told = document.createElement("p");
  told.className = "told num";
  told.setAttribute("aria-live", "polite");
  dialog.append(stage, bar, told);
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();

  const isLarge = about.width * about.height > 0
    && (about.width > innerWidth * devicePixelRatio || about.height > innerHeight * devicePixelRatio)
    && Math.max(about.width, about.height) > LARGE;
  const ready = isLarge ? byTiles(stage, about, told) : asOne(stage, about, told);
  ready.then((zoom) => {
    const act = (words, label, done) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.setAttribute("aria-label", label);
      button.addEventListener("click", done);
      bar.append(button);
    };
    act("−", "Zoom out", () => zoom.by(1 / 1.5));
    act("+", "Zoom in", () => zoom.by(1.5));
    act("Fit", "Fit to the screen", () => zoom.fit());
    act("Close", "Close", () => dialog.close());
    dialog.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "z" || event.key === "q") dialog.close();
      else zoom.key(event);
    });
    dialog.addEventListener("close", () => zoom.end());
    stage.focus();
  });
  return dialog;
}

const percent = (scale) => `${Math.round(100 * scale)} %`;

async function asOne(stage, about, told) {
  const image = new Image();
  image.alt = "";
  image.draggable = false;
  image.src = about.small;
  stage.append(image);
  const whole = new Image();
  whole.src = about.href;
  whole.decode().then(() => { image.src = whole.src; }, () => {});
  const pane = { box: stage, image, width: about.width, height: about.height };
  const zoom = new PanZoom([pane], {
    onChange: ({ scale }) => { told.textContent = percent(Math.min(stage.clientWidth / about.width, stage.clientHeight / about.height) * scale * devicePixelRatio); },
  });
  return {
    by: (factor) => zoom.zoom(zoom.view.scale * factor),
    fit: () => zoom.reset(),
    key: (event) => zoom.key(event),
    end: () => zoom.end(),
  };
}

// It would write a style of its own into the page unless it finds one there, and the policy forbids
// that; work.css has what it would write. An element of no known kind is found as well as a style.
function keepStyles() {
  if (document.querySelector("style[data-openseadragon-mobile-css]")) return;
  const mark = document.createElementNS("urn:gesso", "style");
  mark.setAttribute("data-openseadragon-mobile-css", "true");
  document.head.append(mark);
}

async function byTiles(stage, about, told) {
  keepStyles();
  const { default: OpenSeadragon } = await import("../vendor/openseadragon/openseadragon.js");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const shown = OpenSeadragon({
    element: stage,
    tileSources: about.info,
    drawer: "canvas",
    showNavigationControl: false,
    animationTime: still ? 0 : 0.35,
    springStiffness: 12,
    immediateRender: false,
    visibilityRatio: 1,
    constrainDuringPan: true,
    minZoomImageRatio: 1,
    maxZoomPixelRatio: 4,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    placeholderFillStyle: null,
  });
  const { viewport } = shown;
  const tell = () => {
    const item = shown.world.getItemAt(0);
    if (item) told.textContent = percent(item.viewportToImageZoom(viewport.getZoom()) * devicePixelRatio);
  };
  shown.addHandler("open", tell);
  shown.addHandler("animation-finish", tell);
  shown.addHandler("open-failed", () => { told.textContent = "The tiles cannot be reached."; });
  const by = (factor) => { viewport.zoomBy(factor); viewport.applyConstraints(); };
  const pan = (x, y) => { viewport.panBy(new OpenSeadragon.Point(x / viewport.getZoom() / 6, y / viewport.getZoom() / 6)); viewport.applyConstraints(); };
  const keys = {
    "+": () => by(1.35), "=": () => by(1.35), "-": () => by(1 / 1.35), "0": () => viewport.goHome(),
    "1": () => {
      const item = shown.world.getItemAt(0);
      // Asked for before the picture is there, it is done once it is.
      if (!item) shown.addOnceHandler("open", () => keys["1"]());
      else { viewport.zoomTo(item.imageToViewportZoom(1 / devicePixelRatio)); viewport.applyConstraints(); }
    },
    ArrowLeft: () => pan(-1, 0), ArrowRight: () => pan(1, 0), ArrowUp: () => pan(0, -1), ArrowDown: () => pan(0, 1),
  };
  // Its own keys would act a second time.
  shown.innerTracker.keyDownHandler = null;
  shown.innerTracker.keyHandler = null;
  return {
    by,
    fit: () => viewport.goHome(),
    key: (event) => {
      const done = !event.altKey && !event.ctrlKey && !event.metaKey && keys[event.key];
      if (!done) return;
      event.preventDefault();
      done();
    },
    end: () => shown.destroy(),
  };
}
