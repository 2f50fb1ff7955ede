import type { EmbeddingSettings } from '../settings.ts'

/** The default settings. */
export const noEmbeddings: EmbeddingSettings = {
  url: '',
  model: '',
  keyVariable: '',
  folder: '',
  runtime: '',
  textPrefix: '',
  queryPrefix: '',
}
