// Draws each table of the page as a chart; Chart.js is loaded here and nowhere else. The greys are
// the wall's own; colours come only from the works.
import { Chart } from "../vendor/chart.js/chart.js";

const drawn = new Map();
const styled = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const money = (value) => `$${value.toLocaleString("en", { maximumFractionDigits: value < 1 ? 4 : 2 })}`;

function read(section) {
  const heads = [...section.querySelectorAll("thead th")].slice(1);
  const rows = [...section.querySelectorAll("tbody tr")];
  return {
    labels: rows.map((row) => row.querySelector("th").textContent.trim()),
    colours: rows.map((row) => row.dataset.colour ?? ""),
    series: heads.map((head, at) => ({
      name: head.textContent.trim(),
      values: rows.map((row) => Number(row.querySelectorAll("td")[at].dataset.value)),
    })),
  };
}

// Greys between the ink and the wall, far enough apart to be told.
function greys(count) {
  const [ink, wall] = [styled("--ink"), styled("--wall")].map((hex) => {
    const full = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
    return parseInt(full.slice(1, 3), 16);
  });
  return Array.from({ length: count }, (_, at) => {
    const level = Math.round(ink + ((wall - ink) * at * 0.78) / Math.max(1, count));
    return `rgb(${level},${level},${level})`;
  });
}

function draw(section) {
  const { kind, unit } = section.dataset;
  if (kind === "spectrum") return;
  const { labels, colours, series } = read(section);
  const lies = kind === "rows";
  const plot = section.querySelector(".plot");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${section.querySelector("h2").textContent}; the table tells it in numbers`);
  plot.replaceChildren(canvas);
  plot.hidden = false;
  if (lies) plot.style.height = `${labels.length * 24 + 34}px`;
  const [ink, ink2, line] = [styled("--ink"), styled("--ink2"), styled("--line")];
  const fills = greys(series.length);
  const told = (value) => (unit === "usd" ? money(value) : value.toLocaleString("en"));
  const numbers = {
    beginAtZero: true,
    stacked: true,
    border: { display: false },
    grace: 0,
    grid: { color: line, lineWidth: 1, drawTicks: false },
    ticks: { color: ink2, padding: 8, maxTicksLimit: 5, callback: (value) => told(value), precision: unit === "usd" ? undefined : 0 },
  };
  const names = {
    stacked: true,
    border: { color: line },
    grid: { display: false },
    ticks: { color: ink2, autoSkip: !lies, maxRotation: 0, padding: 6, ...(lies && { callback: (at) => short(labels[at]) }) },
  };
  drawn.get(section)?.destroy();
  drawn.set(
    section,
    new Chart(canvas, {
      type: "bar",
      data: {
        labels,
        datasets: series.map(({ name, values }, at) => ({
          label: name,
          data: values,
          backgroundColor: colours.some(Boolean) ? colours : fills[at],
          borderColor: colours.some(Boolean) ? line : undefined,
          borderWidth: colours.some(Boolean) ? 1 : 0,
          maxBarThickness: lies ? 13 : 44,
          categoryPercentage: lies ? 1 : 0.9,
          barPercentage: lies ? 1 : 0.92,
        })),
      },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        indexAxis: lies ? "y" : "x",
        scales: lies ? { x: numbers, y: names } : { x: names, y: numbers },
        interaction: { mode: "index", axis: lies ? "y" : "x", intersect: false },
        plugins: {
          tooltip: {
            backgroundColor: ink,
            titleColor: styled("--wall"),
            bodyColor: styled("--wall"),
            cornerRadius: 0,
            displayColors: series.length > 1,
            boxPadding: 4,
            callbacks: { label: (item) => ` ${series.length > 1 ? `${item.dataset.label} ` : ""}${told(item.raw)}` },
          },
        },
      },
    }),
  );
  legend(section, series, fills);
}

function short(words) {
  return words.length > 26 ? `${words.slice(0, 25)}…` : words;
}

function legend(section, series, fills) {
  section.querySelector(".legend")?.remove();
  if (series.length < 2) return;
  const list = document.createElement("ul");
  list.className = "legend";
  list.setAttribute("aria-hidden", "true");
  series.forEach(({ name }, at) => {
    const item = document.createElement("li");
    const patch = document.createElement("span");
    patch.style.background = fills[at];
    item.append(patch, name);
    list.append(item);
  });
  section.querySelector(".plot").after(list);
}

function all() {
  Chart.defaults.font.family = styled("--sans");
  Chart.defaults.font.size = 12;
  document.querySelectorAll("[data-chart]").forEach(draw);
}

for (const section of document.querySelectorAll("[data-chart]")) section.querySelector("details").open = false;
await document.fonts.ready;
all();
// Another wall, another grey.
new MutationObserver(all).observe(document.documentElement, { attributeFilter: ["data-wall"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
