import { readFileSync } from 'node:fs'
import type { Preserve } from '../transfer-rows.ts'

/** Read, write and search by their owner alone: what is not complete is nobody else's. */
export const PRIVATE_FILE = 0o600
export const PRIVATE_FOLDER = 0o700
const EXECUTE = 0o111

/**
 * The permissions of a file or folder that was received: those it has on the sending device, less what the umask here
 * takes away. They are never wider than there. A file becomes executable only where a person has asked to preserve
 * permissions; without that, its owner can always read and write it.
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

/** Asking the process sets it for a moment, and other threads make files in that moment; Linux says it in a file. */
function readUmask(): number {
  try {
    const digits = /^Umask:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]
    if (digits !== undefined) return Number.parseInt(digits, 8)
  } catch {
    // Elsewhere there is no such file.
  }
  return process.umask()
}
