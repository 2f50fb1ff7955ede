import type { EmbeddingSettings } from '../settings.ts'

/** Settings that name no model. */
export const noEmbeddings: EmbeddingSettings = {
  url: '',
  model: '',
  keyVariable: '',
  folder: '',
  runtime: '',
  textPrefix: '',
  queryPrefix: '',
  builtIn: false,
}
