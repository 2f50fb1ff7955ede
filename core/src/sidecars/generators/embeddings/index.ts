import { VECTOR_FORMAT } from '../../embedding-sidecar.ts'
import type { Generator } from '../generator.ts'
import { documentText } from '../text/index.ts'
import { detectEmbeddingEngines } from './detect.ts'
import { DEADLINE_MS } from './limits.ts'
import { type EmbeddingSettings, modelVariant, whyNoEngine } from './settings.ts'

/** Makes vectors of the meaning of texts: of documents, pictures with text, recordings, and their file names. */
export function makeEmbeddings(settings: EmbeddingSettings): Generator {
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

const embeddings: Generator = {
  kind: 'embeddings',
  recipe: 1,
  priority: 30,
  deadlineMs: DEADLINE_MS,
  // The content itself is not opened.
  maxBytes: Number.MAX_SAFE_INTEGER,
  variants: [],
  outputs: [],
  module: new URL('make.ts', import.meta.url),
  inputs: ['text', 'ocr', 'transcript'],
  types: ['image', 'video', 'audio', ...documentText.types],
  // The queue selects contents whose input sidecars have words.
  accepts: () => true,
  pool: () => 'ml',
}
