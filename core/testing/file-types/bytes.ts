/** Bytes from text with one character a byte, numbers (one byte each) and other bytes, in order. */
export function bytes(...parts: readonly (string | number | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(part, 'latin1')
      return typeof part === 'number' ? Buffer.of(part) : part
    }),
  )
}

export function u16le(value: number): Uint8Array {
  return Buffer.of(value & 255, value >>> 8)
}

export function u32le(value: number): Uint8Array {
  const target = Buffer.alloc(4)
  target.writeUInt32LE(value)
  return target
}

export function u16be(value: number): Uint8Array {
  return Buffer.of(value >>> 8, value & 255)
}

export function u32be(value: number): Uint8Array {
  const target = Buffer.alloc(4)
  target.writeUInt32BE(value)
  return target
}

export function zeros(count: number): Uint8Array {
  return Buffer.alloc(count)
}

/** `part`, with zeros before it so that it stands at `offset`. */
export function at(offset: number, part: string): Uint8Array {
  return bytes(zeros(offset), part)
}

/** A box of an ISO base media file: length, name, content. */
export function box(name: string, ...content: readonly (string | number | Uint8Array)[]): Uint8Array {
  const inside = bytes(...content)
  return bytes(u32be(inside.length + 8), name, inside)
}

/** A RIFF or IFF chunk file with an empty body of that form. */
export function riff(form: string, body: string | Uint8Array = zeros(16)): Uint8Array {
  const inside = bytes(form, body)
  return bytes('RIFF', u32le(inside.length), inside)
}
