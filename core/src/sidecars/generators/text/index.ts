import type { Generator } from '../generator.ts'
import { readerOf } from './formats.ts'
import { detectTextEngines } from './engines.ts'

/** The text of documents: what a person searches for, and what is read aloud of a file without opening it. */
export const documentText: Generator = {
  kind: 'text',
  pool: () => 'doc',
  recipe: 1,
  priority: 60,
  deadlineMs: 60_000,
  maxBytes: 2 ** 31,
  variants: ['default'],
  outputs: [{ variant: 'default', format: 'json' }],
  detect: detectTextEngines,
  module: new URL('make.ts', import.meta.url),
  types: [
    'document',
    'book',
    'spreadsheet',
    'presentation',
    'email',
    'text',
    'code',
    'config',
    'web',
    'calendar',
    'contact',
  ],
  accepts: (content) => readerOf(content) !== null,
}
