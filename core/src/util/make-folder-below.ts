import { mkdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from './errors.ts'

/**
 * Makes a folder and those above it, up to `base`, which must be there: where a library was moved away or its disk
 * unplugged, no stub of it may take its place. Throws the system's error.
 */
export async function makeFolderBelow(base: string, folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (err) {
    if (systemCode(err) === 'EEXIST') return
    if (systemCode(err) !== 'ENOENT' || !isBelow(folder, base)) throw err
    await makeFolderBelow(base, dirname(folder))
    await makeFolderBelow(base, folder)
  }
}

/** The same at once. */
export function makeFolderBelowSync(base: string, folder: string): void {
  try {
    mkdirSync(folder)
  } catch (err) {
    if (systemCode(err) === 'EEXIST') return
    if (systemCode(err) !== 'ENOENT' || !isBelow(folder, base)) throw err
    makeFolderBelowSync(base, dirname(folder))
    makeFolderBelowSync(base, folder)
  }
}

/** Whether another folder below `base` is above this one. */
function isBelow(folder: string, base: string): boolean {
  return dirname(folder).length > base.length
}
