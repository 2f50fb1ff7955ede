import { basename } from 'node:path'
import { displayName, extensionOf, fsPath, type RawName } from '../util/file-name.ts'
import { ContentHasher } from './content-hash.ts'
import { HashBatchBuilder } from './hash-batch.ts'
import type { HashReply, HashRequest } from './hash-messages.ts'
import type { ServeContext } from './serve-thread.ts'
import type { Served } from './thread-pool.ts'
import { identifyFile } from './types/identify-file.ts'
import { type Identification, Identifier } from './types/identify.ts'
import { fileTypeTable } from './types/table/index.ts'

const hasher = await ContentHasher.load()
const identifier = new Identifier(fileTypeTable)

/** How a request learns that it should stop, and reports its progress. */
export interface HashContext extends ServeContext {
  /** Called after each file. */
  readonly answered?: () => void
}

/** Answers the requests of a `HashPool`. */
export async function answerHash(request: HashRequest, context: HashContext): Promise<Served<HashReply>> {
  switch (request.kind) {
    case 'sampled':
      return sampleBatch(request, context)
    case 'full': {
      const options = { stopped: context.stopped, onBytes: context.progress }
      return { reply: { kind: 'full', result: hasher.full(fsPath(request.path), options) } }
    }
  }
}

async function sampleBatch(
  { paths, identify }: Extract<HashRequest, { kind: 'sampled' }>,
  { stopped, answered }: HashContext,
): Promise<Served<HashReply>> {
  const builder = new HashBatchBuilder(paths.length)
  const undecided: number[] = []
  for (const [index, path] of paths.entries()) {
    if (stopped()) break
    answered?.()
    if (!identify) builder.setResult(index, hasher.sampled(fsPath(path)))
    else if (sampleAndIdentify(builder, path, index)) undecided.push(index)
  }
  for (const index of undecided) {
    answered?.()
    const path = paths[index]!
    const found = await identifyFile(identifier, { path: fsPath(path), name: nameOf(path) })
    if (!('state' in found)) builder.setType(index, found)
  }
  const batch = builder.build({ types: identify })
  const transfer = [batch.hashes.buffer as ArrayBuffer]
  return { reply: { kind: 'sampled', batch }, transfer }
}

/** Hashes and identifies from one reading of the file. True if the slower look at the bytes may help. */
function sampleAndIdentify(builder: HashBatchBuilder, path: RawName, index: number): boolean {
  const name = nameOf(path)
  const file = { name, extension: extensionOf(name) }
  let found: Identification | undefined
  const result = hasher.sampled(fsPath(path), (source) => (found = identifier.identify(source, file)))
  builder.setResult(index, result)
  if (found && result.state !== 'changed') builder.setType(index, found)
  return found?.undecided ?? false
}

function nameOf(path: RawName): string {
  return basename(displayName(path))
}
