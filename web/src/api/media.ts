import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { mediaStatement, type Proved } from '@spacedrive/client/page-session'
import type { Entry } from '@spacedrive/core/domain'

/** An address holds for one to two of these, in milliseconds; within one it stays the same, so that browsers keep files. */
const WINDOW_MS = 6 * 60 * 60_000

interface Media {
  readonly origin: string
  readonly session: string
  readonly key: Uint8Array
}

/** Where files are and what signs their addresses; null where the cookie of the page lets in. */
let media: Media | null = null

/** From now on addresses of files are those of the daemon that has proved itself. */
export function setMedia({ media: origin, mediaKey, session }: Proved): void {
  media = { origin, session, key: bytesOf(mediaKey) }
}

/** The address of a file, which holds for this file alone, and for some hours. */
function signed(address: string): string {
  if (!media) return address
  const { key, origin, session } = media
  const until = String((Math.floor(Date.now() / WINDOW_MS) + 2) * WINDOW_MS)
  const statement = mediaStatement({ address, session, until })
  const signature = textOf(hmac(sha256, key, new TextEncoder().encode(statement)))
  const first = address.includes('?') ? '&' : '?'
  return `${origin}${address}${first}session=${session}&until=${until}&sig=${signature}`
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0))
}

function textOf(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** The path of an entry as operations take it, also where its bytes are no UTF-8. */
export function pathOf({ path, pathBase64 }: Pick<Entry, 'path' | 'pathBase64'>): string {
  return pathBase64 ? `base64:${pathBase64}` : path
}

/** Address of a file's bytes. By its entry where it is indexed, so that it stays the same when it moves; else by its path. */
export function fileUrl(entry: Pick<Entry, 'id' | 'path' | 'pathBase64' | 'name'>, library: string | null): string {
  return signed(fileAddress(entry, library))
}

function fileAddress(entry: Pick<Entry, 'id' | 'path' | 'pathBase64' | 'name'>, library: string | null): string {
  const name = encodeURIComponent(entry.name)
  if (entry.id && library) return `/media/entry/${library}/${entry.id}/${name}`
  return `/media/file/${name}?path=${encodeURIComponent(pathOf(entry))}`
}

export function downloadUrl(entry: Pick<Entry, 'id' | 'path' | 'pathBase64' | 'name'>, library: string | null): string {
  const address = fileAddress(entry, library)
  return signed(`${address}${address.includes('?') ? '&' : '?'}download=1`)
}

/** Address of an archive that the daemon has prepared; see `downloads.prepare`. */
export function archiveUrl(address: string): string {
  return signed(address)
}

export interface SidecarAddress {
  readonly library: string
  readonly contentId: string
  /** The folder of the kind: `thumbs`, `ocr` … */
  readonly folder: string
  /** `grid@2x.webp`. */
  readonly file: string
  /** What makes the address immutable; without it the answer is asked for every time. */
  readonly version?: string | undefined
}

export function sidecarUrl({ contentId, file, folder, library, version }: SidecarAddress): string {
  const query = version ? `?v=${encodeURIComponent(version)}` : ''
  return signed(`/media/sidecar/${library}/${contentId}/${folder}/${encodeURIComponent(file)}${query}`)
}

/** Address of a thumbnail that another device has of a file of its own; `path` begins with that device. */
export function remoteThumbUrl(of: { device: string; path: string; variant: string; version: string }): string {
  const query = new URLSearchParams({ path: of.path, variant: of.variant, ...(of.version && { v: of.version }) })
  return signed(`/media/remote/${encodeURIComponent(of.device)}/thumb?${query.toString()}`)
}
