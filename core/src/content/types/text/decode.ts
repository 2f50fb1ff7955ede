/** Bytes examined to distinguish text from binary data. */
const EXAMINED_BYTES = 8_192

/** If this many bytes contain no control character, they are text in some encoding. */
const CONVINCING_BYTES = 256

/** In shorter data, at most this percentage of the bytes may be outside ASCII, unless the data is UTF-8. */
const MAX_HIGH_PERCENT = 30

/** Whether the bytes could be text in UTF-8, UTF-16 with a byte-order mark, or an older one-byte encoding. */
export function isText(head: Uint8Array): boolean {
  if (utf16(head)) return true
  const length = Math.min(head.length, EXAMINED_BYTES)
  let high = 0
  for (let i = 0; i < length; i++) {
    const byte = head[i]!
    if (byte >= 0x80) high++
    else if (byte < 0x20 && !ALLOWED_CONTROLS.has(byte)) return false
    else if (byte === 0x7f) return false
  }
  if (high === 0 || length >= CONVINCING_BYTES || high * 100 <= length * MAX_HIGH_PERCENT) return true
  return isUtf8(head.subarray(0, length))
}

/** The beginning of the file as text without its byte-order mark; null if it is not text. */
export function decodeText(head: Uint8Array): string | null {
  if (!isText(head)) return null
  const bytes = head.subarray(0, EXAMINED_BYTES)
  const encoding = utf16(bytes) ?? (isUtf8(bytes) ? 'utf-8' : 'latin1')
  return new TextDecoder(encoding).decode(bytes)
}

function utf16(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : null
}

/** Whether the bytes are UTF-8. The last character may be cut off; the first one must be complete. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }) !== ''
  } catch {
    return false
  }
}

/** Tab, line feed, form feed, carriage return, escape (colours in logs), backspace and bell. */
const ALLOWED_CONTROLS = new Set([0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b])
