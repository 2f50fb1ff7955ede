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

const job = 'embeddings'
const gives = 'search by meaning'

/**
 * Lists the engines for vectors: a server (it gets no request), the runtime for local models, and the built-in model.
 * None of them is loaded.
 */
export async function detectEmbeddingEngines(settings: EmbeddingSettings): Promise<DetectedEngine[]> {
  const kind = engineKind(settings)
  const why = await whyNoEngine(settings)
  const server: DetectedEngine = {
    job,
    gives,
    name: 'OpenAI-compatible server',
    version: null,
    state: kind === 'server' && why === null ? 'found' : 'missing',
    size: null,
    licence: 'the server’s own',
    how:
      kind === 'server'
        ? (why ?? `${new URL(settings.url).origin}, model ${settings.model}`)
        : '`spacedrive config set embeddings.url http://localhost:11434/v1`, and `spacedrive config set embeddings.model <name>`',
  }
  const runtime = await findRuntime(settings)
  const onnx: DetectedEngine = {
    job,
    gives,
    name: 'onnxruntime-node',
    version: runtime?.version ?? null,
    state: runtime !== null && kind === 'folder' && why === null ? 'found' : runtime ? 'missing' : 'available',
    size: 290_000_000,
    licence: 'MIT',
    how:
      kind === 'folder'
        ? (why ?? settings.folder)
        : runtime
          ? '`spacedrive config set embeddings.folder <folder of a model>`'
          : RUNTIME_HOW,
  }
  const builtIn: DetectedEngine = {
    job,
    gives,
    name: BUILT_IN_MODEL,
    version: (await findPackage(BUILT_IN_PACKAGE, ''))?.version ?? null,
    state: kind === 'built-in' && why === null ? 'embedded' : 'missing',
    size: 31_000_000,
    licence: 'Apache-2.0',
    how:
      kind === 'built-in'
        ? (why ?? 'comes with Spacedrive, for texts in English')
        : 'used if no other model is named: `spacedrive config set embeddings.builtIn true`',
  }
  return [server, onnx, builtIn]
}
