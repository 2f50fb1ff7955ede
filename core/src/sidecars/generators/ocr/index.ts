import type { Config } from '../../../config/index.ts'
import type { Generator, KindOfSidecar } from '../generator.ts'
import { decoderOf } from '../thumb/decoders/formats.ts'
import type { AddedLanguages } from './added-languages.ts'
import { detectOcrEngines } from './detect.ts'
import { DEADLINE_MS } from './limits.ts'

/** Recognises text in pictures, and in PDF pages that are pictures. */
export function makeOcr(chosen: Config['ocr'], added: AddedLanguages): KindOfSidecar {
  const settings: OcrSettings = { ...chosen, added }
  return { ...ocr, settings, detect: () => detectOcrEngines(added) }
}

/** Everything that the result of reading depends on. */
export interface OcrSettings extends Readonly<Config['ocr']> {
  readonly added: AddedLanguages
}

const ocr: KindOfSidecar = {
  kind: 'ocr',
  number: 1,
  folder: 'ocr',
  label: 'Text in pictures and scans',
  phase: 'Reading text in scans',
  usual: { desktop: 'on', mobile: 'off' },
  priority: 50,
  search: 'text',
  preview: 'pages',
  origin: 'generated',
  recipe: 3,
  deadlineMs: DEADLINE_MS,
  maxBytes: 2 ** 29,
  variants: ['default'],
  outputs: [{ variant: 'default', format: 'json' }],
  module: new URL('make.ts', import.meta.url),
  types: ['image', 'document'],
  accepts: (content) => content.size > 0 && (content.mime === 'application/pdf' || isPicture(content)),
  pool: () => 'doc',
}

const DRAWINGS: ReadonlySet<string | null> = new Set(['image/svg+xml', 'image/svg+xml-compressed'])

/** Whether a content is a picture of pixels. In vector drawings, text is stored as text. */
function isPicture(content: Parameters<Generator['accepts']>[0]): boolean {
  return content.type === 'image' && !DRAWINGS.has(content.mime) && decoderOf(content) !== undefined
}
