/** Reads numbers and text at an offset; returns 0 or '' beyond the end of the bytes. */
export function u16le(bytes: Uint8Array, at: number): number {
  return at + 2 <= bytes.length ? bytes[at]! | (bytes[at + 1]! << 8) : 0
}

export function u32le(bytes: Uint8Array, at: number): number {
  return at + 4 <= bytes.length ? u16le(bytes, at) + u16le(bytes, at + 2) * 0x1_0000 : 0
}

export function u16be(bytes: Uint8Array, at: number): number {
  return at + 2 <= bytes.length ? (bytes[at]! << 8) | bytes[at + 1]! : 0
}

export function u32be(bytes: Uint8Array, at: number): number {
  return at + 4 <= bytes.length ? u16be(bytes, at) * 0x1_0000 + u16be(bytes, at + 2) : 0
}

/** One character for each byte, so that any bytes can be compared as text. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < Math.min(end, bytes.length); i++) text += String.fromCharCode(bytes[i]!)
  return text
}

export function startsAt(bytes: Uint8Array, at: number, text: string): boolean {
  if (at < 0 || at + text.length > bytes.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false
  return true
}
