import { type FileType, textKinds } from '../../../domain/index.ts'
import { VECTOR_FORMAT } from '../../formats/embedding-sidecar.ts'
import type { KindOfSidecar } from '../generator.ts'
import { documentText } from '../text/index.ts'
import { detectEmbeddingEngines } from './detect.ts'
import { DEADLINE_MS } from './limits.ts'
import { type EmbeddingSettings, modelVariant, whyNoEngine } from './settings.ts'

/**
 * Types whose texts are searched only by words. Models for sentences are of little use for source code and settings,
 * and folders of programs have so many files that embedding them would take hours.
 */
const BY_WORDS_ONLY: ReadonlySet<FileType> = new Set(['code', 'config'])

/** Makes vectors of the meaning of texts: of documents, pictures with text, recordings, and their file names. */
export function makeEmbeddings(settings: EmbeddingSettings): KindOfSidecar {
  const variant = modelVariant(settings)
  return {
    ...embeddings,
    settings,
    variants: [variant],
    outputs: [
      { variant, format: 'json' },
      { variant, format: VECTOR_FORMAT },
    ],
    unavailable: () => whyNoEngine(settings),
    detect: () => detectEmbeddingEngines(settings),
  }
}

const embeddings: KindOfSidecar = {
  kind: 'embeddings',
  number: 3,
  folder: 'embeddings',
  label: 'Meanings of texts',
  phase: 'Taking down meaning',
  usual: { desktop: 'on', mobile: 'off' },
  priority: 30,
  search: 'vectors',
  preview: null,
  origin: 'generated',
  recipe: 1,
  deadlineMs: DEADLINE_MS,
  // No limit, because the content itself is not opened.
  maxBytes: Number.MAX_SAFE_INTEGER,
  variants: [],
  outputs: [],
  module: new URL('make.ts', import.meta.url),
  inputs: textKinds,
  types: ['image', 'video', 'audio', ...documentText.types.filter((type) => !BY_WORDS_ONLY.has(type))],
  // The queue selects contents whose input sidecars have words.
  accepts: () => true,
  pool: () => 'ml',
}
