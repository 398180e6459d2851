// The page for reports opens without a network too, once it was opened with one: an empty form, and the drafts on the telephone.
// What must not be broken: nothing about a person is kept here. The page that is kept names nobody; signing out throws it away.
'use strict';
const PAGE = '/staff/report/offline', KEPT_MS = 12 * 3600 * 1000, PATIENCE_MS = 15000;
const path = (request) => new URL(request.url).pathname;

const keep = async () => {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(PAGE, { ignoreVary: true });
  if (kept && Date.now() - Date.parse(kept.headers.get('date')) < KEPT_MS) return;
  const answer = await fetch(PAGE, { credentials: 'same-origin', redirect: 'error' });
  if (answer.ok) await cache.put(PAGE, answer);
};
const forget = async () => (await caches.open(CACHE)).delete(PAGE, { ignoreVary: true });
const withPatience = (request) => new Promise((done, failed) => {
  setTimeout(failed, PATIENCE_MS);
  fetch(request).then(done, failed);
});
const opened = async (request) => {
  try {
    return await withPatience(request);
  } catch (_) {
    return (await caches.match(PAGE, { ignoreVary: true })) || fetch(request);
  }
};

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('mingzhang-report') && name !== CACHE;
  const tidy = async () => Promise.all((await caches.keys()).filter(old).map((name) => caches.delete(name)));
  event.waitUntil(tidy().then(() => self.clients.claim()));
});
self.addEventListener('message', (event) => {
  if (event.data === 'keep') event.waitUntil(keep().catch(() => {}));
});
self.addEventListener('fetch', (event) => {
  const { request } = event, at = path(request);
  if (request.mode === 'navigate' && (at === '/staff/sign-out' || at === '/staff/sign-in')) event.waitUntil(forget());
  else if (request.mode === 'navigate' && request.method === 'GET' && at === '/staff/report') event.respondWith(opened(request));
  else if (FILES.includes(at + new URL(request.url).search)) {
    event.respondWith(caches.match(request, { ignoreVary: true }).then((kept) => kept || fetch(request)));
  }
});
