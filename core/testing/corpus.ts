import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the real files of other projects lie: `SPACEDRIVE_CORPUS`, or `../shared/corpus` beside the checkout; null where there are none. */
export const corpus: string | null = findCorpus()

/** Why a test that needs them is skipped. */
export const NO_CORPUS =
  'needs real files: set SPACEDRIVE_CORPUS, or put them into ../shared/corpus beside the checkout'

function findCorpus(): string | null {
  const path = process.env['SPACEDRIVE_CORPUS'] ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url))
  return existsSync(join(path, 'small')) ? path : null
}
