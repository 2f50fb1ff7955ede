/** What a name must be quoted for, or cannot hold, in `filename` (RFC 6266); `%` because some browsers decode it. */
const UNSAFE = /[^\x20-\x7e]|["\\%]/gu
/** All but the `attr-char` of RFC 8187; what `encodeURIComponent` leaves as it is and should not. */
const UNENCODED = /['()*]/g

/** The header with the file name for saving. */
export function contentDisposition(name: string, { download }: { download: boolean }): string {
  const how = download ? 'attachment' : 'inline'
  const plain = name.replaceAll(UNSAFE, '_')
  const quoted = `${how}; filename="${plain}"`
  if (plain === name) return quoted
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    UNENCODED,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${quoted}; filename*=UTF-8''${encoded}`
}
