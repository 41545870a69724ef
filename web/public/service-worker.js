// Lets the app open without a network: the page as it was shown last, and the files that it is made of. What the API answers is never kept.
const KEPT = 'school'
const PAGE = '/'

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (request.mode === 'navigate' && !pathname.startsWith('/signin/')) event.respondWith(page(request))
  else if (pathname.startsWith('/assets/') || pathname === '/icon.svg') event.respondWith(file(request))
})

/** The newest page; without a network the last one, which is the same at every address. */
async function page(request) {
  const cache = await caches.open(KEPT)
  try {
    const answer = await fetch(request)
    if (answer.ok && answer.headers.get('content-type')?.startsWith('text/html')) await keep(cache, answer.clone())
    return answer
  } catch (error) {
    const kept = await cache.match(PAGE)
    if (kept) return kept
    throw error
  }
}

/** Keep a page; where it is another one than before, the files of the old one go. */
async function keep(cache, answer) {
  const files = async (one) => (await one.clone().text()).match(/\/assets\/[^"]+/g)?.join()
  const before = await cache.match(PAGE)
  if (before && (await files(before)) !== (await files(answer))) await caches.delete(KEPT)
  await (await caches.open(KEPT)).put(PAGE, answer)
}

/** A file with a hash in its name is the same for ever. */
async function file(request) {
  const cache = await caches.open(KEPT)
  const kept = await cache.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) await cache.put(request, answer.clone())
  return answer
}
