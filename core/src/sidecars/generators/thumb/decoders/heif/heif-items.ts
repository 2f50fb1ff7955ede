import { CoreError } from '../../../../../util/errors.ts'

/** Limit on boxes, so that a damaged file cannot keep the reader busy forever. */
const MAX_BOXES = 65_536
const MAX_ITEMS = 4_096
/**
 * Limit on the extents of all items together. An extent may have a length of 0, so a short list can declare billions.
 */
const MAX_EXTENTS = 65_536

/** A length-prefixed part of the file: its name and the position of its content. */
interface Box {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** The meaning of a picture's samples as colours, in numbers of ITU-T H.273. */
export interface ColourCode {
  readonly primaries: number
  readonly transfer: number
  readonly matrix: number
  readonly full: boolean
}

/** A step that turns the stored picture into the upright one. Steps apply in order. */
export type Turn =
  | { readonly rotate: 0 | 90 | 180 | 270 }
  | { readonly mirror: 'rows' | 'columns' }
  | { readonly crop: { readonly width: number; readonly height: number; readonly x: number; readonly y: number } }

/** The items of a HEIF file (ISO/IEC 23008-12) with their properties. */
export class HeifItems {
  readonly primary: number
  readonly #bytes: Buffer
  readonly #types = new Map<number, string>()
  readonly #references: { readonly name: string; readonly from: number; readonly to: readonly number[] }[] = []
  readonly #properties = new Map<number, readonly Box[]>()
  readonly #places = new Map<number, { readonly inData: boolean; readonly extents: readonly [number, number][] }>()
  readonly #data: Box | undefined

  /** Throws `Corrupt`. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes
    const meta = this.#boxes(0, bytes.length).find(({ name }) => name === 'meta')
    if (!meta) throw corrupt('it does not say which pictures are in it')
    const boxes = this.#boxes(meta.start + 4, meta.end)
    const box = (wanted: string): Box => {
      const found = boxes.find(({ name }) => name === wanted)
      if (!found) throw corrupt(`its ${wanted} box is missing`)
      return found
    }
    this.#data = boxes.find(({ name }) => name === 'idat')
    const primary = box('pitm').start
    this.primary = this.#number(primary + 4, bytes[primary] === 0 ? 2 : 4)
    this.#readTypes(box('iinf'))
    const references = boxes.find(({ name }) => name === 'iref')
    if (references) this.#readReferences(references)
    this.#readProperties(box('iprp'))
    this.#readPlaces(box('iloc'))
  }

  type(item: number): string | undefined {
    return this.#types.get(item)
  }

  /** The items that an item refers to: `dimg` lists the tiles of a grid. */
  references(item: number, name: string): readonly number[] {
    return this.#references.find((each) => each.name === name && each.from === item)?.to ?? []
  }

  /** The item with the transparency of a picture. */
  alphaOf(item: number): number | undefined {
    const auxiliaries = this.#references.filter(({ name, to }) => name === 'auxl' && to.includes(item))
    return auxiliaries.find(({ from }) => {
      const kind = this.property(from, 'auxC')?.toString('latin1')
      return kind?.includes('auxid:1') || kind?.includes('auxiliary:alpha')
    })?.from
  }

  property(item: number, name: string): Buffer | undefined {
    const found = (this.#properties.get(item) ?? []).find((each) => each.name === name)
    return found && this.#bytes.subarray(found.start, found.end)
  }

  /** Throws `Corrupt` if the file does not contain it. */
  size(item: number): { width: number; height: number } {
    const box = this.property(item, 'ispe')
    if (!box || box.length < 12) throw corrupt('the size of its picture is missing')
    return { width: box.readUInt32BE(4), height: box.readUInt32BE(8) }
  }

  colourCode(item: number): ColourCode | undefined {
    const box = this.#colour(item, ['nclx'])
    if (!box || box.length < 7) return undefined
    const [primaries, transfer, matrix] = [box.readUInt16BE(0), box.readUInt16BE(2), box.readUInt16BE(4)]
    return { primaries, transfer, matrix, full: (box[6]! & 0x80) !== 0 }
  }

  /** The ICC profile of an item. */
  profile(item: number): Buffer | undefined {
    return this.#colour(item, ['prof', 'rICC'])
  }

  turns(item: number): Turn[] {
    return (this.#properties.get(item) ?? []).flatMap(({ name, start, end }): Turn[] => {
      const box = this.#bytes.subarray(start, end)
      if (name === 'irot' && box.length > 0) {
        // The value counts quarter turns counterclockwise.
        return [{ rotate: ([0, 270, 180, 90] as const)[box[0]! & 3]! }]
      }
      if (name === 'imir' && box.length > 0) return [{ mirror: (box[0]! & 1) === 0 ? 'rows' : 'columns' }]
      if (name === 'clap' && box.length >= 32) {
        const [width, height, x, y] = [0, 8, 16, 24].map((at) => box.readInt32BE(at) / (box.readInt32BE(at + 4) || 1))
        return [{ crop: { width: width!, height: height!, x: x!, y: y! } }]
      }
      return []
    })
  }

  /** The bytes of an item. Throws `Corrupt`, and `Unsupported` if they are in another file. */
  bytes(item: number): Buffer {
    const place = this.#places.get(item)
    if (!place) throw corrupt('the place of a picture is missing')
    const [start, end] = place.inData ? [this.#data?.start ?? 0, this.#data?.end ?? 0] : [0, this.#bytes.length]
    const parts = place.extents.map(([offset, length]) => {
      const from = start + offset
      const to = length === 0 ? end : from + length
      if (from > end || to > end) throw corrupt('a picture in it is cut off')
      return this.#bytes.subarray(from, to)
    })
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  }

  #colour(item: number, kinds: readonly string[]): Buffer | undefined {
    return (this.#properties.get(item) ?? [])
      .filter(({ name }) => name === 'colr')
      .map(({ start, end }) => this.#bytes.subarray(start, end))
      .find((box) => kinds.includes(box.toString('latin1', 0, 4)))
      ?.subarray(4)
  }

  #boxes(start: number, end: number): Box[] {
    const boxes: Box[] = []
    for (let at = start; at + 8 <= end && boxes.length < MAX_BOXES;) {
      const short = this.#number(at, 4)
      const head = short === 1 ? 16 : 8
      if (at + head > end) break
      const length = short === 1 ? this.#number(at + 8, 8) : short === 0 ? end - at : short
      // If a box is cut off, the boxes before it may be sufficient.
      if (length < head || at + length > end) break
      boxes.push({ name: this.#bytes.toString('latin1', at + 4, at + 8), start: at + head, end: at + length })
      at += length
    }
    return boxes
  }

  #readTypes({ start, end }: Box): void {
    for (const box of this.#boxes(start + (this.#bytes[start] === 0 ? 6 : 8), end)) {
      const version = this.#bytes[box.start]!
      if (box.name !== 'infe' || version < 2) continue
      const wide = version > 2
      const at = box.start + (wide ? 10 : 8)
      this.#types.set(this.#number(box.start + 4, wide ? 4 : 2), this.#bytes.toString('latin1', at, at + 4))
      if (this.#types.size > MAX_ITEMS) throw corrupt(`it has more than ${MAX_ITEMS} pictures`)
    }
  }

  #readReferences({ start, end }: Box): void {
    const width = this.#bytes[start] === 0 ? 2 : 4
    for (const box of this.#boxes(start + 4, end)) {
      const count = this.#number(box.start + width, 2)
      const first = box.start + width + 2
      if (first + count * width > box.end) throw corrupt('its list of references is cut off')
      const to = Array.from({ length: count }, (_, i) => this.#number(first + i * width, width))
      this.#references.push({ name: box.name, from: this.#number(box.start, width), to })
    }
  }

  #readProperties({ start, end }: Box): void {
    const boxes = this.#boxes(start, end)
    const list = boxes.find(({ name }) => name === 'ipco')
    if (!list) throw corrupt('its ipco box is missing')
    const all = this.#boxes(list.start, list.end)
    for (const { start: from, end: to } of boxes.filter(({ name }) => name === 'ipma')) {
      const width = this.#bytes[from] === 0 ? 2 : 4
      const step = (this.#bytes[from + 3]! & 1) === 1 ? 2 : 1
      let at = from + 8
      for (let left = this.#number(from + 4, 4); left > 0 && at + width < to; left--) {
        const item = this.#number(at, width)
        const count = this.#bytes[at + width]!
        at += width + 1
        const indexes = Array.from({ length: count }, (_, i) => {
          const index = at + i * step
          // The highest bit marks a property as essential for readers.
          return index + step > to ? 0 : this.#number(index, step) & (step === 2 ? 0x7fff : 0x7f)
        })
        this.#properties.set(
          item,
          indexes.flatMap((index) => all[index - 1] ?? []),
        )
        at += count * step
      }
    }
  }

  #readPlaces({ start, end }: Box): void {
    const version = this.#bytes[start]!
    const widths = this.#number(start + 4, 2)
    const [offset, length, base] = [widths >> 12, (widths >> 8) & 15, (widths >> 4) & 15]
    const index = version === 0 ? 0 : widths & 15
    let at = start + 6
    const take = (width: number): number => {
      if (at + width > end) throw corrupt('its list of places is cut off')
      const value = this.#number(at, width)
      at += width
      return value
    }
    const wide = version < 2 ? 2 : 4
    let places = MAX_EXTENTS
    for (let left = take(wide); left > 0; left--) {
      const item = take(wide)
      const method = version === 0 ? 0 : take(2) & 15
      take(2)
      const origin = take(base)
      const count = take(2)
      places -= count
      if (places < 0) throw corrupt(`its pictures lie in more than ${MAX_EXTENTS} places`)
      const extents = Array.from({ length: count }, (): [number, number] => {
        take(index)
        return [origin + take(offset), take(length)]
      })
      if (method < 2) this.#places.set(item, { inData: method === 1, extents })
    }
  }

  #number(at: number, width: number): number {
    if (at + width > this.#bytes.length) throw corrupt('it is cut off')
    if (width === 0) return 0
    if (width === 8) return Number(this.#bytes.readBigUInt64BE(at))
    if (width > 4) throw corrupt(`a number in it has ${width} bytes`)
    return this.#bytes.readUIntBE(at, width)
  }
}

function corrupt(message: string): CoreError {
  return new CoreError('Corrupt', message)
}
