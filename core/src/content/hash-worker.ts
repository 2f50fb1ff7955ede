import { basename } from 'node:path'
import { ContentHasher } from './content-hash.ts'
import { HASH_BYTES } from './content-id.ts'
import {
  type HashBatch,
  type HashError,
  type HashReply,
  type HashRequest,
  hashStates,
  NO_DEFINITION,
  type TypeBatch,
  type TypeConflict,
} from './hash-messages.ts'
import { serveThread } from './serve-thread.ts'
import type { ServeContext } from './serve-thread.ts'
import type { Served } from './thread-pool.ts'
import { identifyFile } from './types/identify-file.ts'
import { Identifier } from './types/identify.ts'
import { fileTypeTable } from './types/table/index.ts'
import { displayName, fsPath } from '../util/file-name.ts'
import type { RawName } from '../util/file-name.ts'

const FAILED = hashStates.indexOf('failed')

const hasher = await ContentHasher.load()
const identifier = new Identifier(fileTypeTable)

serveThread<HashRequest, HashReply>(async (request, context) => {
  switch (request.kind) {
    case 'sampled':
      return hashBatch(request, context)
    case 'full':
      return {
        reply: {
          kind: 'full',
          result: hasher.full(fsPath(request.path), { stopped: context.stopped, onBytes: context.progress }),
        },
      }
  }
})

async function hashBatch(
  { paths, identify }: Extract<HashRequest, { kind: 'sampled' }>,
  { stopped }: ServeContext,
): Promise<Served<HashReply>> {
  const count = paths.length
  const hashes = new Uint8Array(count * HASH_BYTES)
  const states = new Uint8Array(count)
  const sizes = new Float64Array(count)
  const mtimes = new Float64Array(count)
  const mtimeNs = new Uint32Array(count)
  const errors: HashError[] = []
  for (const [index, path] of paths.entries()) {
    if (stopped()) break
    const result = hasher.sampled(fsPath(path))
    states[index] = result.state === 'failed' ? FAILED : hashStates.indexOf(result.state)
    if (result.state === 'failed') errors.push({ index, code: result.code, message: result.message })
    else if (result.state !== 'changed') {
      hashes.set(result.hash, index * HASH_BYTES)
      sizes[index] = result.size
      mtimes[index] = result.mtime
      mtimeNs[index] = result.mtimeNs
    }
  }
  const types = identify ? await identifyBatch(paths, states) : null
  const batch: HashBatch = { hashes, states, sizes, mtimes, mtimeNs, errors, types }
  const buffers = [hashes, states, sizes, mtimes, mtimeNs].map((array) => array.buffer)
  return { reply: { kind: 'sampled', batch }, transfer: buffers }
}

async function identifyBatch(paths: readonly RawName[], states: Uint8Array): Promise<TypeBatch> {
  const definitions = new Uint16Array(paths.length).fill(NO_DEFINITION)
  const confidences = new Uint8Array(paths.length)
  const conflicts: TypeConflict[] = []
  for (const [index, path] of paths.entries()) {
    if (states[index] === FAILED) continue
    const found = await identifyFile(identifier, { path: fsPath(path), name: basename(displayName(path)) })
    if ('state' in found || !found.definition) continue
    definitions[index] = fileTypeTable.indexOf(found.definition)
    confidences[index] = found.confidence
    if (found.conflict) conflicts.push({ index, ...found.conflict })
  }
  return { definitions, confidences, conflicts }
}
