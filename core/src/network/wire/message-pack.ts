import { Packr, Unpackr } from 'msgpackr'
import { CoreError, errorMessage } from '../../util/errors.ts'

/** Limit on nesting; messages have only a few levels. */
export const MAX_DEPTH = 32
const PROTO = Buffer.from('__proto__')

const packr = new Packr({ useRecords: false, variableMapSize: true })
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number', mapsAsObjects: true })

export function packMessage(message: unknown): Uint8Array {
  return packr.pack(message)
}

/**
 * Unpacks one value from exactly these bytes. Throws `InvalidInput` if they are not valid. The bytes are checked
 * before any value is built: messages of a peer have only plain values (none of the library's dozen extension types,
 * with classes and references), a bounded depth, keys that are text, and no length that exceeds the bytes.
 */
export function unpackMessage(bytes: Uint8Array): unknown {
  const problem = problemOf(bytes)
  if (problem) throw new CoreError('InvalidInput', problem)
  try {
    return unpackr.unpack(bytes)
  } catch (err) {
    throw new CoreError('InvalidInput', errorMessage(err), { cause: err })
  }
}

/** A list or map that is being read, and the number of its values that are still missing. */
interface Open {
  left: number
  readonly isMap: boolean
}

function problemOf(bytes: Uint8Array): string | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const open: Open[] = [{ left: 1, isMap: false }]
  let at = 0
  for (let top = open.at(-1); top; top = open.at(-1)) {
    if (top.left === 0) {
      open.pop()
      continue
    }
    top.left--
    if (at >= bytes.length) return 'a value that is cut off'
    const token = readToken(view, at)
    if (!token) return 'a value of an unknown kind, or one that is cut off'
    // Keys and values alternate in a map. If an odd number of values is left now, this value is a key.
    if (top.isMap && top.left % 2 === 1) {
      if (token.kind !== 'text') return 'a key that is no text'
      if (PROTO.equals(bytes.subarray(token.end - token.length, token.end))) return 'a key that is not allowed'
    }
    at = token.end
    if (token.kind !== 'list' && token.kind !== 'map') continue
    const values = token.kind === 'map' ? 2 * token.length : token.length
    if (values > bytes.length - at) return 'a list that is longer than its message'
    if (open.length > MAX_DEPTH) return 'values that are nested too deeply'
    open.push({ left: values, isMap: token.kind === 'map' })
  }
  return at === bytes.length ? null : 'more than one value'
}

interface Token {
  readonly kind: 'plain' | 'text' | 'list' | 'map'
  /** The length of a text in bytes, of a list in values, or of a map in pairs. */
  readonly length: number
  readonly end: number
}

/** Size in bytes of the number types with the tags `0xca` to `0xd3`. */
const NUMBER_BYTES = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8]

/** Reads one token; null if it is cut off, or is of a type that is not plain. */
function readToken(view: DataView, at: number): Token | null {
  const tag = view.getUint8(at)
  const start = at + 1
  if (tag <= 0x7f || tag >= 0xe0) return plain(view, start)
  if (tag <= 0x8f) return { kind: 'map', length: tag & 0x0f, end: start }
  if (tag <= 0x9f) return { kind: 'list', length: tag & 0x0f, end: start }
  if (tag <= 0xbf) return text(view, { start, length: tag & 0x1f })
  if (tag === 0xc0 || tag === 0xc2 || tag === 0xc3) return plain(view, start)
  if (tag >= 0xca && tag <= 0xd3) return plain(view, start + NUMBER_BYTES[tag - 0xca]!)
  // Accept the encoding of `undefined`, the only extension type in messages.
  if (tag === 0xd4) return start + 2 <= view.byteLength && view.getUint8(start) === 0 ? plain(view, start + 2) : null
  const sized = sizedTypes[tag]
  if (!sized || start + sized.bytes > view.byteLength) return null
  const length = readLength(view, { start, bytes: sized.bytes })
  const body = start + sized.bytes
  if (sized.kind === 'text') return text(view, { start: body, length })
  if (sized.kind === 'plain') return plain(view, body + length)
  return { kind: sized.kind, length, end: body }
}

/** Types whose tag is followed by a length. `bytes` is the size of that length. */
const sizedTypes: Readonly<Record<number, { readonly kind: Token['kind']; readonly bytes: 1 | 2 | 4 }>> = {
  0xc4: { kind: 'plain', bytes: 1 },
  0xc5: { kind: 'plain', bytes: 2 },
  0xc6: { kind: 'plain', bytes: 4 },
  0xd9: { kind: 'text', bytes: 1 },
  0xda: { kind: 'text', bytes: 2 },
  0xdb: { kind: 'text', bytes: 4 },
  0xdc: { kind: 'list', bytes: 2 },
  0xdd: { kind: 'list', bytes: 4 },
  0xde: { kind: 'map', bytes: 2 },
  0xdf: { kind: 'map', bytes: 4 },
}

function readLength(view: DataView, { start, bytes }: { start: number; bytes: 1 | 2 | 4 }): number {
  if (bytes === 1) return view.getUint8(start)
  return bytes === 2 ? view.getUint16(start) : view.getUint32(start)
}

function plain(view: DataView, end: number): Token | null {
  return end <= view.byteLength ? { kind: 'plain', length: 0, end } : null
}

function text(view: DataView, { start, length }: { start: number; length: number }): Token | null {
  const end = start + length
  return end <= view.byteLength ? { kind: 'text', length, end } : null
}
