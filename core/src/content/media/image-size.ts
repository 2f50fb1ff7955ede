export interface ImageSize {
  /** Pixels, as stored: before any orientation is applied. */
  readonly width: number
  readonly height: number
  /** EXIF 1–8 where the container itself says how to turn the picture. */
  readonly orientation?: number
}

/** The pixels of a picture, from its header alone; null where the header is not understood. */
export function imageSize(head: Buffer): ImageSize | null {
  try {
    return png(head) ?? gif(head) ?? bmp(head) ?? webp(head) ?? jpeg(head) ?? heif(head)
  } catch (err) {
    // The header ends in the midst of what it promises.
    if (err instanceof RangeError) return null
    throw err
  }
}

/** https://www.w3.org/TR/png-3/#11IHDR */
function png(head: Buffer): ImageSize | null {
  if (head.length < 24 || head.readUInt32BE(0) !== 0x89504e47) return null
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
}

function gif(head: Buffer): ImageSize | null {
  if (head.subarray(0, 4).toString('latin1') !== 'GIF8') return null
  return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) }
}

function bmp(head: Buffer): ImageSize | null {
  if (head.length < 26 || head.readUInt16BE(0) !== 0x424d) return null
  return { width: Math.abs(head.readInt32LE(18)), height: Math.abs(head.readInt32LE(22)) }
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function webp(head: Buffer): ImageSize | null {
  if (head.subarray(0, 4).toString('latin1') !== 'RIFF' || head.subarray(8, 12).toString('latin1') !== 'WEBP')
    return null
  const chunk = head.subarray(12, 16).toString('latin1')
  if (chunk === 'VP8X') return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 }
  if (chunk === 'VP8L') {
    const bits = head.readUInt32LE(21)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff }
}

/** ITU-T T.81, B.2.2: the frame header. */
function jpeg(head: Buffer): ImageSize | null {
  if (head.length < 4 || head.readUInt16BE(0) !== 0xffd8) return null
  for (let at = 2; at + 9 <= head.length;) {
    if (head[at] !== 0xff) return null
    const marker = head[at + 1]!
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { width: head.readUInt16BE(at + 7), height: head.readUInt16BE(at + 5) }
    at += marker === 0xff ? 1 : 2 + head.readUInt16BE(at + 2)
  }
  return null
}

/** ISO/IEC 23008-12: the largest `ispe` is the picture's, a grid's tiles are smaller. `irot` turns it counter-clockwise. */
function heif(head: Buffer): ImageSize | null {
  if (head.subarray(4, 8).toString('latin1') !== 'ftyp') return null
  let best: { width: number; height: number } | null = null
  for (let at = head.indexOf('ispe', 8, 'latin1'); at >= 0; at = head.indexOf('ispe', at + 4, 'latin1')) {
    const size = { width: head.readUInt32BE(at + 8), height: head.readUInt32BE(at + 12) }
    if (!best || size.width * size.height > best.width * best.height) best = size
  }
  if (!best) return null
  const irot = head.indexOf('irot', 8, 'latin1')
  const turns = irot >= 0 ? head[irot + 4]! & 3 : 0
  return { ...best, orientation: [1, 8, 3, 6][turns]! }
}
