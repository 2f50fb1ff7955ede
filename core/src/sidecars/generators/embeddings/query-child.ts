import { serveProcess } from '../../../workers/serve-process.ts'
import { EngineKeeper } from './engines/open-engine.ts'
import type { EmbeddingSettings } from './settings.ts'

export interface QueryRequest {
  readonly settings: EmbeddingSettings
  readonly query: string
}

const engines = new EngineKeeper()

// A separate process, apart from the one that embeds documents, because the native code of a model may crash.
serveProcess<QueryRequest, Float32Array>(async ({ query, settings }) => {
  const engine = await engines.get(settings)
  const [vector] = await engine.embed([query], 'query')
  return vector!
})
