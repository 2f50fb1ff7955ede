import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Writes the input to a file, for readers that take a path. One file for each process, which removes it at its end. */
export async function inFile<T>(bytes: Uint8Array, read: (path: string) => T | Promise<T>): Promise<T> {
  folder ??= makeFolder()
  const path = join(folder, 'input')
  writeFileSync(path, bytes)
  return read(path)
}

let folder: string | null = null

function makeFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'spacedrive-fuzz-'))
  process.once('exit', () => rmSync(made, { recursive: true, force: true }))
  return made
}
