import { readFile, rename } from 'node:fs/promises'
import { CoreError } from './errors.ts'
import type { Logger } from './logger.ts'
import { writeFileAtomically } from './write-file.ts'

/** Where the copy of a small file lies that must not be lost. */
function copyOf(path: string): string {
  return `${path}.copy`
}

/** Writes a file and then its copy: whatever happens, one of them is whole. */
export async function writeWithCopy(path: string, text: string): Promise<void> {
  await writeFileAtomically(path, text)
  await writeFileAtomically(copyOf(path), text)
}

/** Writes the copy of a file that has none yet, or an older one. Best effort: the file itself is whole. */
export async function keepCopy(path: string, text: string): Promise<void> {
  if ((await readOrNull(copyOf(path))) === text) return
  await writeFileAtomically(copyOf(path), text).catch(() => {})
}

export interface Restored<T> {
  /** What the copy holds; null where there is no copy that can be read. */
  readonly value: T | null
  /** For the person, a sentence. */
  readonly notice: string
}

/**
 * Sets a damaged file aside and puts its copy in its place, if `parse` takes the copy. `otherwise` says what holds where
 * there is none. Throws what keeps the file from being renamed or written.
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
    // A copy of a newer version is left alone.
    if (err instanceof CoreError) return null
    throw err
  }
}

function readOrNull(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null)
}
