/** Formats that sharp's own library reads. */
export const sharpFormats: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/avif',
  'image/gif',
  'image/svg+xml',
  'image/tiff',
])

/** Whether a thumbnail can be made of such a content. */
export function canDecode(mime: string | null): boolean {
  return mime !== null && sharpFormats.has(mime)
}
