import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Novelty } from './explorer.ts'
import type { CorpusFile } from './task.ts'

/** Inputs of a fault that was mended. They stay, whatever code they reach. */
const MENDED_PREFIX = 'fault-'
/** Most files of one target that are kept for their code alone. */
const MAX_FILES = 80

/** The committed inputs of one target: small files with a hash as their name. */
export class Corpus {
  readonly #folder: string

  constructor(
    target: string,
    { folder = fileURLToPath(new URL('corpus', import.meta.url)) }: { folder?: string } = {},
  ) {
    this.#folder = join(folder, target)
  }

  /** The short ones first: a prune keeps the first file that reaches some code. */
  files(): CorpusFile[] {
    if (!existsSync(this.#folder)) return []
    return readdirSync(this.#folder)
      .map((name) => ({ name, bytes: Uint8Array.from(readFileSync(join(this.#folder, name))) }))
      .toSorted((a, b) => a.bytes.length - b.bytes.length || (a.name < b.name ? -1 : 1))
  }

  add(bytes: Uint8Array): void {
    mkdirSync(this.#folder, { recursive: true })
    writeFileSync(join(this.#folder, nameOf(bytes)), bytes)
  }

  /** Removes the files that reach no code and give no outcome that shorter ones do not. Returns how many are left. */
  prune(learned: ReadonlyMap<string, Novelty>): number {
    const names = [...learned.keys()].filter((name) => !name.startsWith(MENDED_PREFIX))
    const byCode = names.filter((name) => learned.get(name) === 'code')
    const byOutcome = names.filter((name) => learned.get(name) === 'outcome')
    const wanted = new Set([...byCode, ...byOutcome].slice(0, MAX_FILES))
    for (const name of names) if (!wanted.has(name)) rmSync(join(this.#folder, name))
    return learned.size - names.length + wanted.size
  }
}

export function nameOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16)
}
