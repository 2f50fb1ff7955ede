import type { DetectedEngine } from '../generator.ts'
import { findPackage } from '../find-package.ts'
import {
  BUILT_IN_MODEL,
  BUILT_IN_PACKAGE,
  type EmbeddingSettings,
  engineKind,
  findRuntime,
  RUNTIME_HOW,
  whyNoEngine,
} from './settings.ts'

const job = 'search by meaning'

/**
 * Lists the engines for vectors: a server, which gets no request, the runtime for local models, and the built-in model.
 * None of them is loaded.
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
  const builtIn: DetectedEngine = {
    job,
    name: BUILT_IN_MODEL,
    version: (await findPackage(BUILT_IN_PACKAGE, ''))?.version ?? null,
    available: kind === 'built-in' && why === null,
    licence: 'Apache-2.0',
    how:
      kind === 'built-in'
        ? (why ?? 'comes with Spacedrive, for texts in English')
        : 'used if no other model is named: config set embeddings.builtIn true',
  }
  return [server, onnx, builtIn]
}
