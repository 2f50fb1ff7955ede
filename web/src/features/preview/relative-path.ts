import { isBytes, parentOf } from '../../format/index.ts'

/**
 * The path that a document means by a relative address such as `../img/a%20b.png#top`. Null for one that is absolute, or
 * cannot be resolved.
 */
export function relativePath(documentPath: string, address: string): string | null {
  const folder = isBytes(documentPath) ? null : parentOf(documentPath)
  const plain = decoded(address.replace(/[?#].*$/s, ''))
  if (folder === null || plain === null || plain === '' || plain.startsWith('/') || plain.includes('\0')) return null
  let path = folder
  for (const part of plain.split('/')) {
    if (part === '' || part === '.') continue
    const next: string | null = part === '..' ? parentOf(path) : `${path.endsWith('/') ? path : `${path}/`}${part}`
    if (next === null) return null
    path = next
  }
  return path
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
