import { readFileSync } from 'node:fs'
import type { Preserve } from '../transfer-rows.ts'

/** Only the owner may access a file or folder while it is incomplete. */
export const PRIVATE_FILE = 0o600
export const PRIVATE_FOLDER = 0o700
const EXECUTE = 0o111

/**
 * The permissions of a received file or folder: those on the sending device, minus the umask here. They are never wider
 * than on the sending device, except that without `all` the owner can always read and write. A file becomes executable
 * only if a person has asked to preserve permissions.
 */
export function receivedMode(
  { kind, mode }: { readonly kind: 'file' | 'directory'; readonly mode: number },
  preserve: Preserve,
): number {
  const narrowed = mode & 0o777 & ~umask
  if (preserve === 'all') return narrowed
  return kind === 'directory' ? narrowed | PRIVATE_FOLDER : (narrowed & ~EXECUTE) | PRIVATE_FILE
}

const umask = readUmask()

/**
 * Reads the umask from a file, which only Linux has. `process.umask()` would change the umask for a moment, in which
 * other threads may create files.
 */
function readUmask(): number {
  try {
    const digits = /^Umask:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]
    if (digits !== undefined) return Number.parseInt(digits, 8)
  } catch {
    // Only Linux has `/proc/self/status`.
  }
  return process.umask()
}
