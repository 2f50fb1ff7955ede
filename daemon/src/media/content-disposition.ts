/** Characters that `filename` (RFC 6266) cannot contain unquoted, or at all; `%` because some browsers decode it. */
const UNSAFE = /[^\x20-\x7e]|["\\%]/gu
/** Characters that are no `attr-char` of RFC 8187, but that `encodeURIComponent` leaves unencoded. */
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
