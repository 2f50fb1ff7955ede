import { readFile, rename } from 'node:fs/promises'
import { CoreError } from './errors.ts'
import type { Logger } from './logger.ts'
import { writeFileAtomically } from './write-file.ts'

/** The path of the copy of a file. Small, important files have a copy. */
function copyOf(path: string): string {
  return `${path}.copy`
}

/** Writes a file and then its copy, so at least one of them is always complete. */
export async function writeWithCopy(path: string, text: string): Promise<void> {
  await writeFileAtomically(path, text)
  await writeFileAtomically(copyOf(path), text)
}

/** Writes the copy of a file if it is missing or outdated. Best effort, because the file itself is complete. */
export async function keepCopy(path: string, text: string): Promise<void> {
  if ((await readOrNull(copyOf(path))) === text) return
  await writeFileAtomically(copyOf(path), text).catch(() => {})
}

export interface Restored<T> {
  /** The parsed copy; null if there is no readable copy. */
  readonly value: T | null
  /** A sentence for the user. */
  readonly notice: string
}

/**
 * Sets a damaged file aside and replaces it with its copy, if `parse` accepts the copy. `otherwise` is the end of the
 * notice if there is no copy. Throws if the file cannot be renamed or written.
 */
export async function restoreFromCopy<T>(
  path: string,
  of: {
    readonly parse: (text: string) => T | null
    readonly otherwise: string
    readonly log: Logger
    readonly now: number
  },
): Promise<Restored<T>> {
  const aside = `${path}.broken-${new Date(of.now).toISOString().replaceAll(/[:.]/g, '-')}`
  await rename(path, aside)
  const text = await readOrNull(copyOf(path))
  const value = text === null ? null : tryParse(text, of.parse)
  if (text !== null && value !== null) await writeFileAtomically(path, text)
  const outcome =
    value === null
      ? `it was set aside as ${aside}, and ${of.otherwise}`
      : `it was restored from its copy, and set aside as ${aside}`
  const notice = `${path} was damaged: ${outcome}`
  of.log.error({ path, aside }, notice)
  return { value, notice }
}

function tryParse<T>(text: string, parse: (text: string) => T | null): T | null {
  try {
    return parse(text)
  } catch (err) {
    // If a newer version wrote the copy, it stays untouched.
    if (err instanceof CoreError) return null
    throw err
  }
}

function readOrNull(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null)
}
