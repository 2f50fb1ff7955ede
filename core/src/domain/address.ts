/** What a text says where a file is: a path of this device, one of a named device, a content, or something derived from one. */
export type Address =
  | { readonly kind: 'path'; readonly path: string }
  /** `device` is its slug, id or name; empty: the one that is asked. */
  | { readonly kind: 'device'; readonly device: string; readonly path: string }
  | { readonly kind: 'content'; readonly contentId: string }
  /** As it is written; the sidecars know what its parts mean. */
  | { readonly kind: 'sidecar'; readonly address: string }
  /** It begins as an address does, and is none. */
  | { readonly kind: 'wrong'; readonly why: string }

const DEVICE_SCHEME = 'local://'
const CONTENT_SCHEME = 'content://'
const SIDECAR_SCHEME = 'sidecar://'
/** How a path is written whose bytes are not text. */
const BASE64 = 'base64:'
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** A folder of Windows: `C:/`. */
const DRIVE = /^[A-Za-z]:(?=[/\\])/

/**
 * Reads `local://<device>/absolute/path`, `content://<id>`, `sidecar://…` and plain paths. Nothing in a path is escaped: all
 * behind the device is the path, byte for byte. Where its bytes are not text it is `local://<device>/base64:<…>`; a path that
 * would be taken for that, or for a drive of Windows, has a second slash in front.
 */
export function parseAddress(text: string): Address {
  if (text.startsWith(SIDECAR_SCHEME)) return { kind: 'sidecar', address: text }
  if (text.startsWith(CONTENT_SCHEME)) {
    const contentId = text.slice(CONTENT_SCHEME.length).toLowerCase()
    if (UUID.test(contentId)) return { kind: 'content', contentId }
    return { kind: 'wrong', why: `"${contentId}" is no id of a content; an address of one is ${CONTENT_SCHEME}<id>` }
  }
  if (!text.startsWith(DEVICE_SCHEME)) return { kind: 'path', path: text }
  const rest = text.slice(DEVICE_SCHEME.length)
  const slash = rest.indexOf('/')
  const path = slash < 0 ? '/' : pathOf(rest.slice(slash))
  if (path.includes('\0')) return { kind: 'wrong', why: 'no path has a NUL in it' }
  return { kind: 'device', device: slash < 0 ? rest : rest.slice(0, slash), path }
}

/** The address of a path on a device, which `parseAddress` reads back as the same. `path` is absolute, or `base64:<…>`. */
export function formatAddress(device: string, path: string): string {
  if (path.startsWith(BASE64) || DRIVE.test(path)) return `${DEVICE_SCHEME}${device}/${path}`
  const below = path.replace(/^\/+/, '')
  const isTaken = below.startsWith(BASE64) || DRIVE.test(below)
  return `${DEVICE_SCHEME}${device}${isTaken ? '//' : '/'}${below}`
}

/** `content://<id>` */
export function formatContentAddress(contentId: string): string {
  return `${CONTENT_SCHEME}${contentId}`
}

/** Whether a text is an address with a scheme, and so no path that could be made absolute. */
export function isAddress(text: string): boolean {
  return [DEVICE_SCHEME, CONTENT_SCHEME, SIDECAR_SCHEME].some((scheme) => text.startsWith(scheme))
}

function pathOf(rest: string): string {
  const below = rest.slice(1)
  if (below.startsWith(BASE64) || DRIVE.test(below)) return below
  return rest.replace(/^\/+/, '/')
}
