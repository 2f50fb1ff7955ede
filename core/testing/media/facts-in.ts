import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTempDir } from '../temp-dir.ts'

/**
 * The facts that a reader finds in a file with this content, without those that are null; or else what the reader
 * returns.
 */
export async function factsIn(
  content: Uint8Array | string,
  read: (path: string) => Promise<object | null>,
): Promise<object | null> {
  using dir = createTempDir('facts')
  const path = join(dir.path, 'file')
  writeFileSync(path, content)
  const reading = await read(path)
  if (!reading || !('row' in reading)) return reading
  return Object.fromEntries(Object.entries(reading.row as object).filter(([, value]) => value !== null))
}
