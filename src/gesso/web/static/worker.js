// The service worker: pages, what they are drawn with and pictures that were seen stay here, so that a
// studio that cannot be reached can still be looked at. The first line, put before this file by the
// server, names the release and what it is drawn with.
const SHELL = `gesso-shell-${RELEASE}`, PICTURES = "gesso-pictures", PAGES = "gesso-pages";
const MOST = { [PICTURES]: 3000, [PAGES]: 300 };
const PATIENCE_MS = 30_000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(DRAWN_WITH)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith("gesso-shell-") && name !== SHELL;
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

// Who signs out leaves nothing behind.
self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(Promise.all([PICTURES, PAGES].map((name) => caches.delete(name))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(kept(request, SHELL));
  else if (pathname.startsWith("/t/")) event.respondWith(kept(request, PICTURES));
  else if (request.mode === "navigate" || pathname.startsWith("/api/works")) event.respondWith(fresh(request, event));
});

// What never changes under its address.
async function kept(request, name) {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) keep(name, request, answer.clone());
  return answer;
}

// What may have changed: asked for, and what was seen last where nobody answers.
async function fresh(request, event) {
  try {
    const answer = await fetch(request, request.mode === "navigate" ? {} : { signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]) });
    const type = answer.headers.get("content-type") || "";
    if (answer.ok && !answer.redirected && /html|json|octet/.test(type)) event.waitUntil(keep(PAGES, request, answer.clone()));
    return answer;
  } catch (error) {
    const found = await caches.match(request);
    if (found) return found;
    if (request.mode !== "navigate") throw error;
    const home = await caches.match("/");
    return home || new Response(AWAY, { status: 503, headers: { "content-type": "text/html; charset=utf-8" } });
  }
}

const AWAY = "<!doctype html><html lang=en><meta charset=utf-8><title>gesso</title><p>The studio cannot be reached, and this page was never seen from here.";

async function keep(name, request, answer) {
  const cache = await caches.open(name);
  await cache.put(request, answer);
  if (Math.random() > 0.02) return;
  const keys = await cache.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST[name]))) await cache.delete(old);
}
