import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'

/**
 * Checks a request before its sender is known. Returns null, or the reason to refuse it. A page of another site must
 * not reach us under a name of its own (`Host`). Neither such a page nor a sandboxed file of ours may send us requests
 * (`Origin`, `Sec-Fetch-Site`). `origins`: the addresses of this server, such as `http://127.0.0.1:7378`.
 */
export function guard(request: IncomingMessage, origins: ReadonlySet<string>): string | null {
  const { host, origin } = request.headers
  if (!isOwnHost(request, origins)) return `this server is not ${JSON.stringify(host ?? '')}`
  if (origin !== undefined && !origins.has(origin)) return `a page of ${JSON.stringify(origin)} may not ask`
  if (!isOwnSite(request)) return 'a page of another site may not ask'
  return null
}

/**
 * Like `guard`, for the address of files, which the pages of `pages` show and read. Each request must have a signed
 * address, so requests that another site causes do no harm.
 */
export function guardFiles(
  request: IncomingMessage,
  { origins, pages }: { origins: ReadonlySet<string>; pages: ReadonlySet<string> },
): string | null {
  const { host, origin } = request.headers
  if (!isOwnHost(request, origins)) return `this server is not ${JSON.stringify(host ?? '')}`
  if (origin !== undefined && !pages.has(origin)) return `a page of ${JSON.stringify(origin)} may not ask`
  return null
}

function isOwnHost(request: IncomingMessage, origins: ReadonlySet<string>): boolean {
  const hosts = request.rawHeaders.filter((_, at, all) => at % 2 === 1 && all[at - 1]?.toLowerCase() === 'host')
  // With two `Host` headers, a proxy may have checked the other one.
  if (hosts.length !== 1) return false
  const scheme = request.socket instanceof TLSSocket ? 'https' : 'http'
  return origins.has(`${scheme}://${hosts[0]?.toLowerCase()}`)
}

/**
 * The same for a socket of the file system, which no page reaches by itself: where somebody leads a port to it, whatever a
 * browser sends is refused.
 */
export function guardSocket(request: IncomingMessage): string | null {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (!isOwnHost(request, SOCKET_ADDRESSES)) return 'this socket answers to http://localhost/ and nothing else'
  if (origin !== undefined || site !== undefined) return 'a page may not ask here'
  return null
}

/** Host names that programs use over a socket, as `curl --unix-socket … http://localhost/` does. */
const SOCKET_ADDRESSES: ReadonlySet<string> = new Set(['http://localhost'])

/** Browsers say where a request comes from also where they send no `Origin`; other programs say nothing. */
function isOwnSite({ headers, method }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return true
  // A person follows a link to us.
  return method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
}
