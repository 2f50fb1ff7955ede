import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TempDir extends Disposable {
  readonly path: string
}

/** A folder of its own for one test, without a symlink in its path; gone with all in it when the test ends. */
export function createTempDir(name = 'test'): TempDir {
  const path = realpathSync(mkdtempSync(join(tmpdir(), `sd-${name}-`)))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }) }
}
