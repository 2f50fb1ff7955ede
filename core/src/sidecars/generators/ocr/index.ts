import type { Config } from '../../../config/index.ts'
import type { Generator, KindOfSidecar } from '../generator.ts'
import { decoderOf } from '../thumb/decoders/formats.ts'
import { detectOcrEngines } from './detect.ts'
import { DEADLINE_MS } from './limits.ts'

/** Recognises text in pictures, and in PDF pages that are pictures. */
export function makeOcr(settings: Config['ocr']): KindOfSidecar {
  return { ...ocr, settings }
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
  recipe: 2,
  deadlineMs: DEADLINE_MS,
  maxBytes: 2 ** 29,
  variants: ['default'],
  outputs: [{ variant: 'default', format: 'json' }],
  module: new URL('make.ts', import.meta.url),
  types: ['image', 'document'],
  accepts: (content) => content.size > 0 && (content.mime === 'application/pdf' || isPicture(content)),
  pool: () => 'doc',
  detect: detectOcrEngines,
}

/** Whether a content is a picture of pixels: vector drawings store their text as text. */
function isPicture(content: Parameters<Generator['accepts']>[0]): boolean {
  return content.type === 'image' && content.mime !== 'image/svg+xml' && decoderOf(content) !== undefined
}
