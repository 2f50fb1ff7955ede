import { mkdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from './errors.ts'

/**
 * Creates a folder and its missing parents below `base`, which must exist: if a library was moved away or its disk was
 * unplugged, no empty folder must appear in its place. Throws the system's error.
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

/** The synchronous version of `makeFolderBelow`. */
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

/** Whether the parent of `folder` is still below `base`. */
function isBelow(folder: string, base: string): boolean {
  return dirname(folder).length > base.length
}
