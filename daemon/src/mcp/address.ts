import { isUtf8 } from 'node:buffer'
import { CoreError } from '@spacedrive/core/errors'

/** A parsed `sd://` address: a location or a path in it, an entry, or a sidecar. */
export type Address =
  | { readonly what: 'location'; readonly library: string; readonly location: string; readonly below: Uint8Array }
  | { readonly what: 'entry'; readonly library: string; readonly entry: string }
  | {
      readonly what: 'sidecar'
      readonly library: string
      readonly content: string
      readonly kind: string
      readonly cursor: string | null
    }

/** The forms of `sd://` addresses as RFC 6570 templates. */
export const addressTemplates = {
  location: 'sd://{library}/location/{location}',
  file: 'sd://{library}/location/{location}/{+path}',
  entry: 'sd://{library}/entry/{entry}',
  sidecar: 'sd://{library}/sidecar/{content}/{kind}',
  sidecarFrom: 'sd://{library}/sidecar/{content}/{kind}{?cursor}',
} as const

export function locationAddress(library: string, location: string): string {
  return `sd://${library}/location/${location}`
}

export function sidecarAddress({
  content,
  cursor,
  kind,
  library,
}: Omit<Address & { what: 'sidecar' }, 'what'>): string {
  const query = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`
  return `sd://${encodeURIComponent(library)}/sidecar/${content}/${kind}${query}`
}

/** Throws `InvalidInput` if the text is not an `sd://` address. */
export function parseAddress(text: string): Address {
  const url = URL.parse(text)
  const [, what, ...rest] = url?.pathname.split('/') ?? []
  const library = textOf(url?.host ?? '')
  const [first = '', second = '', ...more] = rest
  if (url?.protocol === 'sd:' && library !== '' && first !== '') {
    if (what === 'location') return { what, library, location: textOf(first), below: pathOf(rest.slice(1), text) }
    if (what === 'entry' && rest.length === 1) return { what, library, entry: textOf(first) }
    if (what === 'sidecar' && second !== '' && more.length === 0) {
      const cursor = url.searchParams.get('cursor')
      return { what, library, content: textOf(first), kind: textOf(second), cursor }
    }
  }
  throw wrong(text)
}

/** The bytes of a relative path. Refuses `..` and encoded slashes, which would lead out of the folder. */
function pathOf(parts: readonly string[], address: string): Uint8Array {
  const names = parts.filter((part) => part !== '').map(bytesOf)
  const isName = (name: Buffer) => !name.includes('/') && !name.includes(0) && !['.', '..'].includes(name.toString())
  if (!names.every(isName)) throw wrong(address)
  return Buffer.from(names.map((name) => name.toString('latin1')).join('/'), 'latin1')
}

/** Decodes percent-encoding to bytes, because file names need not be valid UTF-8. */
function bytesOf(part: string): Buffer {
  const latin = Buffer.from(part).toString('latin1')
  const bytes = latin.replaceAll(/%([\da-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1')
}

function textOf(part: string): string {
  const bytes = bytesOf(part)
  if (!isUtf8(bytes)) throw wrong(part)
  return bytes.toString()
}

function wrong(text: string): CoreError {
  return new CoreError(
    'InvalidInput',
    `${JSON.stringify(text)} is not a valid address; use sd://<library>/location/<id>/<path>, sd://<library>/entry/<id> or sd://<library>/sidecar/<content>/<kind>`,
  )
}
