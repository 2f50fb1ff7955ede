/** A parsed address: a path on this device, a path on another device, a content, or a sidecar. */
export type Address =
  | { readonly kind: 'path'; readonly path: string }
  /** `device` is a slug, an id or a name; empty for the device that receives the request. */
  | { readonly kind: 'device'; readonly device: string; readonly path: string }
  | { readonly kind: 'content'; readonly contentId: string }
  /** `address` is not parsed here; the sidecars code does that. */
  | { readonly kind: 'sidecar'; readonly address: string }
  /** Starts like an address but cannot be parsed. */
  | { readonly kind: 'wrong'; readonly why: string }

const DEVICE_SCHEME = 'local://'
const CONTENT_SCHEME = 'content://'
const SIDECAR_SCHEME = 'sidecar://'
/** Prefix of a path whose bytes are not valid UTF-8. */
const BASE64 = 'base64:'
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** The beginning of a path on a Windows drive: `C:/`. */
const DRIVE = /^[A-Za-z]:(?=[/\\])/

/**
 * Reads `local://<device>/absolute/path`, `content://<id>`, `sidecar://…` and plain paths. A path is not escaped:
 * everything after the device is the path, byte for byte. If its bytes are not UTF-8, the address is
 * `local://<device>/base64:<…>`. If a path looks like that form, or like a Windows drive, it begins with a second
 * slash.
 */
export function parseAddress(text: string): Address {
  if (text.startsWith(SIDECAR_SCHEME)) return { kind: 'sidecar', address: text }
  if (text.startsWith(CONTENT_SCHEME)) {
    const contentId = text.slice(CONTENT_SCHEME.length).toLowerCase()
    if (UUID.test(contentId)) return { kind: 'content', contentId }
    return {
      kind: 'wrong',
      why: `"${contentId}" is not a content id; the address of a content is ${CONTENT_SCHEME}<id>`,
    }
  }
  if (!text.startsWith(DEVICE_SCHEME)) return { kind: 'path', path: text }
  const rest = text.slice(DEVICE_SCHEME.length)
  const slash = rest.indexOf('/')
  const path = slash < 0 ? '/' : pathOf(rest.slice(slash))
  if (path.includes('\0')) return { kind: 'wrong', why: 'no path has a NUL in it' }
  return { kind: 'device', device: slash < 0 ? rest : rest.slice(0, slash), path }
}

/** The address of a path on a device; `parseAddress` is the inverse. `path` is absolute, or `base64:<…>`. */
export function formatAddress(device: string, path: string): string {
  if (path.startsWith(BASE64) || DRIVE.test(path)) return `${DEVICE_SCHEME}${device}/${path}`
  const below = path.replace(/^\/+/, '')
  const isTaken = below.startsWith(BASE64) || DRIVE.test(below)
  return `${DEVICE_SCHEME}${device}${isTaken ? '//' : '/'}${below}`
}

/** Formats `content://<id>`. */
export function formatContentAddress(contentId: string): string {
  return `${CONTENT_SCHEME}${contentId}`
}

/** Whether a text is an address with a scheme. Such a text must not be made an absolute path. */
export function isAddress(text: string): boolean {
  return [DEVICE_SCHEME, CONTENT_SCHEME, SIDECAR_SCHEME].some((scheme) => text.startsWith(scheme))
}

function pathOf(rest: string): string {
  const below = rest.slice(1)
  if (below.startsWith(BASE64) || DRIVE.test(below)) return below
  return rest.replace(/^\/+/, '/')
}
