import type { Generator } from '../../src/sidecars/index.ts'
import { troubled } from '../troubled-generator/index.ts'

/** Reads the pages of a text, the first of which is shown before the others are read. */
export const inParts: Generator = {
  ...troubled,
  kind: 'ocr',
  pool: () => 'doc',
  variants: ['default'],
  outputs: [{ variant: 'default', format: 'json' }],
  module: new URL('make.ts', import.meta.url),
}
