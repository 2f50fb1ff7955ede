import type { DetectedEngine } from '../generator.ts'
import { type EmbeddingSettings, engineKind, findRuntime, RUNTIME_HOW, whyNoEngine } from './settings.ts'

const job = 'search by meaning'

/**
 * Lists the engines for vectors: a server, which gets no request, or the runtime for local models, which is not loaded.
 */
export async function detectEmbeddingEngines(settings: EmbeddingSettings): Promise<DetectedEngine[]> {
  const kind = engineKind(settings)
  const why = await whyNoEngine(settings)
  const server: DetectedEngine = {
    job,
    name: 'OpenAI-compatible server',
    version: null,
    available: kind === 'server' && why === null,
    licence: 'the server’s own',
    how:
      kind === 'server'
        ? (why ?? `${new URL(settings.url).origin}, model ${settings.model}`)
        : 'config set embeddings.url http://localhost:11434/v1 and embeddings.model',
  }
  const runtime = await findRuntime(settings)
  const onnx: DetectedEngine = {
    job,
    name: 'onnxruntime-node',
    version: runtime?.version ?? null,
    available: runtime !== null && kind === 'folder' && why === null,
    licence: 'MIT',
    how: kind === 'folder' ? (why ?? settings.folder) : runtime ? 'config set embeddings.folder <model>' : RUNTIME_HOW,
  }
  return [server, onnx]
}
