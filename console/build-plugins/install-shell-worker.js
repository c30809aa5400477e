/* Keeps the installer's page for stairwells without a network. Never touches the API or the live feed. */
const SHELL = 'liandong-install-__VERSION__';
const PAGE = '/install';
const FILES = __FILES__;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll([PAGE, ...FILES])).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith('liandong-install-') && name !== SHELL).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  // The newest page while there is a network; the kept one only without.
  if (request.mode === 'navigate' && url.pathname === PAGE) event.respondWith(fetch(request).catch(() => caches.match(PAGE)));
  // Names carry a hash of their content, so a kept file is the right one.
  else if (FILES.includes(url.pathname)) event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(request)));
});
