import type { EmbeddingSettings } from '../settings.ts'

/** The settings nobody has touched. */
export const noEmbeddings: EmbeddingSettings = {
  url: '',
  model: '',
  keyVariable: '',
  folder: '',
  runtime: '',
  textPrefix: '',
  queryPrefix: '',
}
