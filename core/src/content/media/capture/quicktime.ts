import type { ByteSource } from '../../types/byte-source.ts'

export interface QuickTimeFacts {
  /** `com.apple.quicktime.content.identifier`. */
  readonly identifier: string | null
  /** `com.apple.quicktime.creationdate`, unchanged. */
  readonly creationDate: string | null
  /** From the header, in milliseconds since 1970; null if the field is empty. */
  readonly createdMs: number | null
  readonly durationMs: number | null
}

/** The `moov` box of a film of hours takes some megabytes; a larger one is not read. */
const MAX_MOOV_BYTES = 33_554_432

/** Boxes of one list; the limit stops the reader in damaged files. */
const MAX_BOXES = 10_000

/** A value is one line. */
const MAX_VALUE_BYTES = 1_024

/** Seconds from the beginning of 1904, the epoch of QuickTime, to the beginning of 1970. */
const EPOCH_1904 = 2_082_844_800

const IDENTIFIER = 'com.apple.quicktime.content.identifier'
const CREATION_DATE = 'com.apple.quicktime.creationdate'

/** Reads the time of recording and the content id from the header of a MOV or MP4; null if it has no header. */
export function readQuickTime(source: ByteSource): QuickTimeFacts | null {
  const moov = findMoov(source)
  if (!moov) return null
  const boxes = children(moov)
  const header = boxes.find(({ name }) => name === 'mvhd')?.view
  const values = new Map<string, string>()
  for (const meta of [...boxes, ...boxes.filter(({ name }) => name === 'udta').flatMap(({ view }) => children(view))])
    if (meta.name === 'meta') for (const [key, value] of keyedValues(meta.view)) values.set(key, value)
  return {
    identifier: values.get(IDENTIFIER) ?? null,
    creationDate: values.get(CREATION_DATE) ?? null,
    ...(header ? times(header) : { createdMs: null, durationMs: null }),
  }
}

interface Box {
  readonly name: string
  /** The four bytes of its name as a number. In a list of values, this is the number of their key. */
  readonly number: number
  readonly view: DataView
}

function findMoov(source: ByteSource): DataView | null {
  let at = 0
  for (let i = 0; i < MAX_BOXES && at + 8 <= source.size; i++) {
    const head = viewOf(source.read(at, 16))
    if (head.byteLength < 8) return null
    const wide = head.getUint32(0) === 1 && head.byteLength === 16
    const start = wide ? 16 : 8
    const length = wide ? Number(head.getBigUint64(8)) : head.getUint32(0) || source.size - at
    if (length < start) return null
    if (nameAt(head, 4) === 'moov')
      return length > MAX_MOOV_BYTES ? null : viewOf(source.read(at + start, length - start))
    at += length
  }
  return null
}

function children(parent: DataView, start = 0): Box[] {
  const boxes: Box[] = []
  for (let at = start; at + 8 <= parent.byteLength && boxes.length < MAX_BOXES;) {
    const length = parent.getUint32(at)
    if (length < 8 || at + length > parent.byteLength) break
    const view = new DataView(parent.buffer, parent.byteOffset + at + 8, length - 8)
    boxes.push({ name: nameAt(parent, at + 4), number: parent.getUint32(at + 4), view })
    at += length
  }
  return boxes
}

/** Texts by key, from a `meta` box with written keys (QuickTime File Format, Metadata). */
function* keyedValues(meta: DataView): Generator<[string, string]> {
  // In QuickTime the boxes begin at once; in MP4 a version comes first.
  const boxes = children(meta, meta.byteLength >= 8 && nameAt(meta, 4) === 'hdlr' ? 0 : 4)
  const keys = boxes.find(({ name }) => name === 'keys')?.view
  const list = boxes.find(({ name }) => name === 'ilst')?.view
  if (!keys || keys.byteLength < 8 || !list) return
  // The keys are stored like boxes, with the key as their content.
  const names = children(keys, 8).map(({ view }) => textOf(view, 0))
  for (const { number, view } of children(list)) {
    const data = children(view).find(({ name }) => name === 'data')?.view
    const key = names[number - 1]
    if (data && key !== undefined && data.byteLength > 8) yield [key, textOf(data, 8)]
  }
}

function times(header: DataView): Pick<QuickTimeFacts, 'createdMs' | 'durationMs'> {
  const wide = header.byteLength > 0 && header.getUint8(0) === 1
  if (header.byteLength < (wide ? 32 : 20)) return { createdMs: null, durationMs: null }
  const created = wide ? Number(header.getBigUint64(4)) : header.getUint32(4)
  const scale = header.getUint32(wide ? 20 : 12)
  const duration = wide ? Number(header.getBigUint64(24)) : header.getUint32(16)
  return {
    createdMs: created > EPOCH_1904 ? (created - EPOCH_1904) * 1_000 : null,
    durationMs: scale > 0 && duration > 0 ? Math.round((duration * 1_000) / scale) : null,
  }
}

function textOf(view: DataView, start: number): string {
  const length = Math.min(view.byteLength - start, MAX_VALUE_BYTES)
  return Buffer.from(view.buffer, view.byteOffset + start, length).toString('utf8')
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function nameAt(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))
}
