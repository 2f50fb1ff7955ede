import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'

/** A name or path from the file system: text if its bytes are UTF-8, otherwise the bytes. */
export type RawName = string | Uint8Array

/** Text to show: bytes that are not UTF-8 become U+FFFD. */
export function displayName(name: RawName): string {
  return typeof name === 'string' ? name : Buffer.from(name).toString('utf8')
}

export function nameBytes(name: RawName): Uint8Array {
  return typeof name === 'string' ? Buffer.from(name, 'utf8') : name
}

/** Converts bytes to text if they are UTF-8; otherwise returns the bytes. */
export function bytesToName(bytes: Uint8Array): RawName {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') : bytes
}

/** Converts a path to the form that `fs` needs: a Buffer if the path is bytes. */
export function fsPath(path: RawName): string | Buffer {
  return typeof path === 'string' ? path : Buffer.from(path.buffer, path.byteOffset, path.byteLength)
}

/** Joins `dir` and `name` with one slash between them. */
export function joinName(dir: RawName, name: RawName): RawName {
  if (typeof dir === 'string' && typeof name === 'string') return dir.endsWith('/') ? dir + name : `${dir}/${name}`
  const head = Buffer.from(nameBytes(dir))
  const slash = head.at(-1) === 0x2f ? Buffer.alloc(0) : Buffer.from('/')
  return bytesToName(Buffer.concat([head, slash, nameBytes(name)]))
}

/**
 * Copies a path to separate memory. Otherwise a concatenated string keeps its parts in memory, and a name that was cut
 * from a listing keeps the whole listing. V8 flattens a concatenated string when one of its characters is read.
 */
export function inOnePiece(path: RawName): RawName {
  assert(typeof path !== 'string' || path.charCodeAt(path.length - 1) !== 0, 'a path ends in NUL')
  return path
}

/**
 * The bytes of `path` below `top`, without a slash at either end; empty for `top` itself, null if `path` is not below
 * it.
 */
export function pathBelow(path: RawName, top: RawName): Uint8Array | null {
  const whole = Buffer.from(nameBytes(path))
  const head = Buffer.from(nameBytes(top))
  if (!whole.subarray(0, head.length).equals(head)) return null
  if (whole.length === head.length) return whole.subarray(head.length)
  // Only the root of the file system ends in a slash.
  if (head.at(-1) === SLASH) return whole.subarray(head.length)
  return whole[head.length] === SLASH ? whole.subarray(head.length + 1) : null
}

const SLASH = 0x2f

/** The last part of a path. */
export function baseOf(path: RawName): RawName {
  const bytes = Buffer.from(nameBytes(path))
  return bytesToName(new Uint8Array(bytes.subarray(bytes.lastIndexOf(SLASH) + 1)))
}

/** The path of the folder that contains the entry at an absolute path. */
export function parentOf(path: RawName): RawName {
  const bytes = Buffer.from(nameBytes(path))
  return bytesToName(new Uint8Array(bytes.subarray(0, Math.max(1, bytes.lastIndexOf(SLASH)))))
}

/**
 * The part after the last dot, in lower case. Empty for dot files, for names without a dot, and for endings that are
 * too long for an extension.
 */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  if (dot <= 0 || name.length - dot - 1 > MAX_EXTENSION_LENGTH) return ''
  return name.slice(dot + 1).toLowerCase()
}

/** Longer endings are parts of a sentence, not extensions. */
const MAX_EXTENSION_LENGTH = 32

/** Parses a path. A path that is not valid text is written as `base64:<…>`. */
export function parsePath(text: string): RawName {
  return text.startsWith('base64:') ? bytesToName(Buffer.from(text.slice('base64:'.length), 'base64')) : text
}

/** Encodes a path as text, whatever its bytes. `parsePath` decodes it. */
export function pathText(path: RawName): string {
  return typeof path === 'string' ? path : `base64:${Buffer.from(path).toString('base64')}`
}

/**
 * The fields for a path in an answer. If the path is not valid text, they include its bytes. `entryPath` reads them
 * back.
 */
export function shownPath(path: RawName): { path: string; pathBase64?: string } {
  return typeof path === 'string'
    ? { path }
    : { path: displayName(path), pathBase64: Buffer.from(path).toString('base64') }
}

/** The path of an entry, as text or bytes. */
export function entryPath({ path, pathBase64 }: { path: string; pathBase64?: string | undefined }): RawName {
  return parsePath(pathBase64 === undefined ? path : `base64:${pathBase64}`)
}

/** A name as a map key. Text stays unchanged; bytes become hexadecimal after a NUL, which no text name contains. */
export function nameKey(name: RawName): string {
  return typeof name === 'string' ? name : `\0${Buffer.from(name).toString('hex')}`
}
