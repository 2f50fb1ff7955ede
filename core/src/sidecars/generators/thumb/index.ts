import type { Config } from '../../../config/index.ts'
import type { KindOfSidecar } from '../generator.ts'
import { decoderOf } from './decoders/formats.ts'
import { detectThumbEngines } from './engines.ts'
import { variants } from './variants.ts'

/** Makes thumbnails with the configured quality. */
export function makeThumbnails(settings: Config['thumbnails']): KindOfSidecar {
  return { ...thumbnails, settings }
}

/** Makes thumbnails in several sizes. */
export const thumbnails: KindOfSidecar = {
  kind: 'thumb',
  number: 0,
  folder: 'thumbs',
  label: 'Thumbnails',
  phase: 'Making thumbnails',
  usual: { desktop: 'grid@2x+detail@1x+grid@3x', mobile: 'grid@2x+icon@1x' },
  priority: 100,
  search: null,
  preview: null,
  origin: 'generated',
  recipe: 3,
  deadlineMs: 30_000,
  // Only some frames of a film are read.
  maxBytes: ({ type }) => (type === 'video' ? 2 ** 44 : 2 ** 31),
  variants: Object.keys(variants),
  outputs: [
    { variant: 'grid@2x', format: 'webp' },
    { variant: 'grid@3x', format: 'webp' },
    { variant: 'detail@1x', format: 'webp' },
  ],
  module: new URL('make.ts', import.meta.url),
  types: [
    'image',
    'video',
    'audio',
    'document',
    'spreadsheet',
    'presentation',
    'book',
    'font',
    'text',
    'code',
    'config',
    'web',
    'email',
  ],
  typesWhenViewed: ['text', 'code', 'config', 'web', 'email'],
  accepts: (content) => content.size > 0 && decoderOf(content) !== undefined,
  detect: detectThumbEngines,
  pool: (content) => decoderOf(content)?.pool ?? 'image',
}
