// Refreshes the libraries of the web face: src/gesso/web/static/vendor/NAME/ and vendored.json.
//
//   npm ci && npm run vendor
//
// Each library becomes one minified ES module (or a copy of the file that its authors minified),
// with its licence beside it and a line in vendored.json. To add one: `npm install --save-dev NAME`,
// then a row below.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const VENDOR = join(ROOT, "src/gesso/web/static/vendor");

// bundle: what the module exports, as the source of a module. copies: files taken as they are.
// notices: other packages of the same authors that are inside the bundle.
const LIBRARIES = [
  {
    name: "lit",
    bundle: {
      "lit.js": `export * from "lit"; export { repeat } from "lit/directives/repeat.js";`,
    },
    notices: ["@lit/reactive-element", "lit-element", "lit-html"],
  },
  {
    name: "thumbhash",
    bundle: { "thumbhash.js": `export { thumbHashToRGBA } from "thumbhash";` },
  },
  {
    // The two kinds of charts that the figures use, and no others.
    name: "chart.js",
    bundle: {
      "chart.js": `
        import {
          BarController, BarElement, CategoryScale, Chart, LinearScale, LineController, LineElement,
          PointElement, Tooltip,
        } from "chart.js";
        Chart.register(
          BarController, BarElement, CategoryScale, LinearScale, LineController, LineElement,
          PointElement, Tooltip,
        );
        export { Chart };`,
    },
    notices: ["@kurkle/color"],
  },
  {
    // Deep zoom into tiles; loaded when a picture is larger than the screen.
    name: "openseadragon",
    bundle: { "openseadragon.js": `export { default } from "openseadragon";` },
  },
];

const lines = [];
for (const library of LIBRARIES) lines.push(await vendored(library));
await removeStrangers();
await writeFile(join(VENDOR, "vendored.json"), `${JSON.stringify(lines, null, 2)}\n`);
for (const { name, version, files } of lines) {
  const size = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  console.log(`${name} ${version}: ${size} bytes`);
}

async function vendored({ name, bundle = {}, copies = [], notices = [] }) {
  const from = join(ROOT, "node_modules", name);
  const about = JSON.parse(await readFile(join(from, "package.json"), "utf8"));
  const folder = join(VENDOR, basename(name));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [file, contents] of Object.entries(bundle)) {
    await build({
      stdin: { contents, resolveDir: ROOT, sourcefile: file },
      outfile: join(folder, file),
      bundle: true,
      format: "esm",
      minify: true,
      platform: "browser",
      target: "es2022",
      legalComments: "inline",
      conditions: ["production"],
      logLevel: "error",
    });
  }
  for (const file of copies) await copyFile(join(from, file), join(folder, basename(file)));
  await writeFile(join(folder, "LICENSE.txt"), await licences([name, ...notices]));
  return {
    name,
    version: about.version,
    licence: about.license,
    from: `npm ${[name, ...notices].join(", ")}`,
    files: await fingerprints(folder),
  };
}

// A package without a licence text in it has one under tools/licences, as its repository shows it.
async function licences(names) {
  const texts = new Set();
  for (const name of names) {
    const folder = join(ROOT, "node_modules", name);
    const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
    const path = file ? join(folder, file) : join(ROOT, "tools/licences", `${basename(name)}.txt`);
    texts.add((await readFile(path, "utf8")).trim());
  }
  return `${[...texts].join("\n\n")}\n`;
}

async function fingerprints(folder) {
  const found = {};
  for (const file of (await readdir(folder)).sort()) {
    const data = await readFile(join(folder, file));
    found[file] = { bytes: data.length, sha256: createHash("sha256").update(data).digest("hex") };
  }
  return found;
}

// What no row names any more goes.
async function removeStrangers() {
  const ours = new Set(LIBRARIES.map(({ name }) => basename(name)));
  for (const entry of await readdir(VENDOR, { withFileTypes: true })) {
    if (entry.isDirectory() && !ours.has(entry.name)) await rm(join(VENDOR, entry.name), { recursive: true });
  }
}
