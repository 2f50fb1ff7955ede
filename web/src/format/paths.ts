/** Paths as the daemon's system writes them; `base64:…` stands for one that is not text and cannot be taken apart here. */
export function isBytes(path: string): boolean {
  return path.startsWith('base64:')
}

/** The begin of an address of another device's file: `local://bob/home/bob/cat.jpg`. */
const DEVICE = /^(local:\/\/[^/]*)(.*)$/s

/** What names the device that a path is of; null for a path of this one. */
export function deviceOf(path: string): string | null {
  return DEVICE.exec(path)?.[1]?.slice('local://'.length) ?? null
}

/** The address of the topmost folder of a device. */
export function rootOf(device: string): string {
  return `local://${device}/`
}

/** The folder something lies in; null of a root. */
export function parentOf(path: string): string | null {
  const [, device, below] = DEVICE.exec(path) ?? []
  if (device !== undefined) {
    const above = parentOf(below || '/')
    return above === null ? null : device + above
  }
  if (isBytes(path)) return null
  const trimmed = withoutEnd(path)
  const cut = Math.max(trimmed.lastIndexOf('/'), isWindows(path) ? trimmed.lastIndexOf('\\') : -1)
  if (cut === -1 || trimmed.length === 0) return null
  if (isWindows(path)) return cut <= 2 ? (trimmed.length <= 3 ? null : trimmed.slice(0, 3)) : trimmed.slice(0, cut)
  return trimmed === '/' ? null : trimmed.slice(0, cut) || '/'
}

/** The last part of a path; of a root the path, or the device. */
export function nameOf(path: string): string {
  const [, device, below] = DEVICE.exec(path) ?? []
  if (device !== undefined) return below === '' || below === '/' ? device.slice('local://'.length) : nameOf(below!)
  if (isBytes(path)) return path
  const parts = withoutEnd(path).split(isWindows(path) ? /[\\/]/ : '/')
  return parts.at(-1) || path
}

/** All folders from the root to it, the root first. */
export function foldersTo(path: string): string[] {
  const folders: string[] = []
  for (let folder: string | null = path; folder !== null; folder = parentOf(folder)) folders.unshift(folder)
  return folders
}

/** Whether `path` is `folder` or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  const separator = isWindows(folder) ? '\\' : '/'
  return path === folder || path.startsWith(folder.endsWith(separator) ? folder : folder + separator)
}

/** A typed path in two: the folder up to the last separator, and the beginning of a name. */
export function splitTyped(typed: string): { folder: string; prefix: string } | null {
  const cut = Math.max(typed.lastIndexOf('/'), isWindows(typed) ? typed.lastIndexOf('\\') : -1)
  return cut === -1 ? null : { folder: typed.slice(0, cut) || '/', prefix: typed.slice(cut + 1) }
}

/** A path as a person pastes it: quoted, as an address of a file, with spaces around, with a separator at the end. */
export function cleanPath(pasted: string): string {
  let path = pasted.trim().replace(/^(["'])(.*)\1$/, '$2')
  if (path.startsWith('file://')) path = decoded(path.replace(/^file:\/\/(localhost)?/, ''))
  return withoutEnd(path) || path
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function isWindows(path: string): boolean {
  return /^[A-Za-z]:[\\/]/.test(path)
}

function withoutEnd(path: string): string {
  return path.length > 1 && !/^[A-Za-z]:[\\/]$/.test(path)
    ? path.replace(/[\\/]+$/, (end) => (path === end ? '/' : ''))
    : path
}
