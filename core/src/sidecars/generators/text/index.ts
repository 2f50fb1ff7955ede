import type { KindOfSidecar } from '../generator.ts'
import { holdsText } from './formats.ts'
import { detectTextEngines } from './engines.ts'

/** Extracts the text of documents, for search and for reading a file without its program. */
export const documentText: KindOfSidecar = {
  kind: 'text',
  number: 4,
  folder: 'text',
  label: 'Text of documents',
  phase: 'Reading documents',
  usual: { desktop: 'on', mobile: 'off' },
  priority: 60,
  search: 'text',
  preview: 'pages',
  origin: 'generated',
  pool: () => 'doc',
  recipe: 5,
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
    'archive',
  ],
  // A document without a reader is accepted too: its sidecar says that there is none.
  accepts: holdsText,
}
