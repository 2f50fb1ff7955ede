import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The path of a program on PATH; null if there is none. */
export function findProgram(name: string): string | null {
  const names = process.platform === 'win32' ? [`${name}.exe`] : [name]
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return folders.flatMap((folder) => names.map((each) => join(folder, each))).find(isProgram) ?? null
}

/** Whether this user may execute the file at `path`. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
