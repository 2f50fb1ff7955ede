/* The service worker of the usual address. The daemon writes `away` before it: see `away-routes.ts`. */

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  // Nothing is kept: all else goes the usual way, and a page comes from the network or not at all.
  if (event.request.mode === 'navigate') event.respondWith(answer(event.request))
})

async function answer(request) {
  let response
  try {
    response = await fetch(request)
  } catch {
    return explanation()
  }
  // Another program has this address now. Its absence is not the daemon's.
  if (response.type !== 'opaqueredirect' && !response.headers.has(away.mark)) await self.registration.unregister()
  return response
}

function explanation() {
  const language = navigator.languages.map((each) => each.split('-')[0]).find((each) => each in away.pages)
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': away.policy,
    'cache-control': 'no-store',
  }
  return new Response(away.pages[language ?? 'en'], { status: 503, headers })
}
