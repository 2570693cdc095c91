// What study_browser.py runs on the page: steps of its sliders, and a design mock's way beside them.
({
  steps: async (count) => {
    const page = document.querySelector("g-study");
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const settled = () => new Promise((done) => page.addEventListener("settled", done, { once: true }));
    const timed = async (steps, act) => {
      const found = [];
      for (let at = 0; at < steps; at += 1) {
        const began = performance.now();
        act(at);
        found.push(performance.now() - began);
        await frame();
      }
      return found;
    };
    const told = {};
    page.look("plan");
    await settled();
    const cuts = ["quantile", "natural", "even"];
    told["values of the plan, 3 to 8"] = await timed(count, (at) => page.change({ count: 3 + at % 6, own: null }));
    told["cut: equal areas, natural, even"] = await timed(count, (at) => page.change({ cut: cuts[at % 3], own: null }));
    page.look("notan");
    told["threshold of the notan"] = await timed(count, (at) => page.change({ tone: 60 + 3 * at }));
    page.look("plan");
    await settled();
    told["squint, 1 to 12"] = await timed(count, (at) => { page.squint = 1 + at % 12; page.soften(); page.change({}); });
    page.look("gray");
    told["squint in the grays, 1 to 12"] = await timed(count, (at) => { page.squint = 1 + at % 12; page.soften(); page.change({}); });
    page.look("plan");
    page.squint = 0; page.soften(); page.change({}); await settled();
    told["until specks are merged, too (worker)"] = [];
    for (let at = 0; at < count; at += 1) {
      const began = performance.now();
      page.change({ count: 3 + at % 6 });
      await settled();
      told["until specks are merged, too (worker)"].push(performance.now() - began);
    }
    return { told, size: [page.canvas.width, page.canvas.height] };
  },

  mock: (count) => {
    const { width, height } = document.querySelector("g-study").canvas;
    const gray = Uint8Array.from({ length: width * height }, (_, at) => (at * 7 + (at >> 9)) & 255);
    const canvas = new OffscreenCanvas(width, height), context = canvas.getContext("2d");
    const found = [];
    for (let step = 0; step < count; step += 1) {
      const began = performance.now(), wanted = 3 + step % 6, counts = new Uint32Array(256), cuts = [];
      for (const value of gray) counts[value] += 1;
      let sum = 0, next = 1;
      for (let value = 0; value < 256 && next < wanted; value += 1) {
        sum += counts[value];
        while (next < wanted && sum >= gray.length * next / wanted) { cuts.push(value); next += 1; }
      }
      const map = new Uint8Array(256);
      for (let value = 0, band = 0; value < 256; value += 1) {
        while (band < cuts.length && value > cuts[band]) band += 1;
        map[value] = band;
      }
      const sums = new Float64Array(wanted), sizes = new Float64Array(wanted);
      for (let at = 0; at < gray.length; at += 1) { sums[map[gray[at]]] += gray[at]; sizes[map[gray[at]]] += 1; }
      const image = new ImageData(width, height), pixels = image.data;
      for (let at = 0, to = 0; at < gray.length; at += 1, to += 4) {
        const band = map[gray[at]], value = sums[band] / sizes[band];
        pixels[to] = pixels[to + 1] = pixels[to + 2] = value;
        pixels[to + 3] = 255;
      }
      context.putImageData(image, 0, 0);
      found.push(performance.now() - began);
    }
    return found;
  },
})
