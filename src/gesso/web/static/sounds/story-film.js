// A film: followed while it is made, and its time shown on the strip while it plays.

const AGAIN_MS = 3000;

export function followFilm(main, again) {
  let source = null;
  let job = "";

  function follow() {
    const wanted = main.dataset.job ?? "";
    if (wanted === job && (source || !wanted)) return;
    source?.close();
    source = null;
    job = wanted;
    if (!job || document.hidden) return;
    source = new EventSource(`/api/jobs/${job}/events`);
    source.addEventListener("message", (message) => hear(JSON.parse(message.data)));
    // The browser comes back by itself, but not where the server has forgotten the job.
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      source = null;
      job = "";
      setTimeout(again, AGAIN_MS);
    });
  }

  function hear({ kind, told = {} }) {
    const said = main.querySelector("[data-said]");
    const bar = main.querySelector("[data-bar]");
    if (kind === "ended") {
      source?.close();
      source = null;
      job = "";
      again();
      return;
    }
    if (!said || !bar) return;
    if (kind === "stopping") said.textContent = "Stopping.";
    if (kind === "sound") said.textContent = "Laying the sound.";
    if (kind === "film") {
      const percent = Math.floor(100 * told.share);
      bar.value = percent;
      bar.textContent = `${percent} %`;
      said.textContent = `${told.done.toLocaleString("en")} of ${told.whole.toLocaleString("en")} frames`;
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      source?.close();
      source = null;
      job = "";
    } else if (main.dataset.job) again();
  });
  addEventListener("pagehide", () => source?.close());
  playAlong(main);
  return { follow };
}

// The line of now goes along the strip, and a press on the strip goes there in the film.
function playAlong(main) {
  const parts = () => {
    const svg = main.querySelector(".strip-of-time svg");
    return { film: main.querySelector("video"), strip: svg?.parentElement, svg, line: svg?.querySelector(".now") };
  };

  function along(event) {
    const { film, strip, svg, line } = parts();
    if (event.target !== film || !svg) return;
    if (film.dataset.version !== main.dataset.version) {
      line.setAttribute("visibility", "hidden");
      return;
    }
    const x = (film.currentTime / Number(svg.dataset.seconds)) * svg.viewBox.baseVal.width;
    line.setAttribute("visibility", "visible");
    line.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
    const seen = x - strip.scrollLeft;
    if (!film.paused && (seen < 0 || seen > strip.clientWidth - 40)) strip.scrollLeft = x - 40;
  }
  for (const kind of ["timeupdate", "seeked", "loadedmetadata"]) main.addEventListener(kind, along, true);

  main.addEventListener("click", (event) => {
    const { film, svg } = parts();
    if (!svg?.contains(event.target) || film?.dataset.version !== main.dataset.version) return;
    if (event.target.closest("a") && event.detail === 0) return;
    const box = svg.getBoundingClientRect();
    film.currentTime = ((event.clientX - box.left) / box.width) * Number(svg.dataset.seconds);
    event.preventDefault();
  });
}
