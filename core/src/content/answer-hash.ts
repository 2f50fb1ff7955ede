import { fsPath, type RawName } from '../util/file-name.ts'
import { ContentHasher } from './content-hash.ts'
import { HashBatchBuilder } from './hash-batch.ts'
import type { HashReply, HashRequest } from './hash-messages.ts'
import type { Served } from '../workers/worker-messages.ts'

const hasher = await ContentHasher.load()

/** How a request learns that it should stop, and reports its progress. */
export interface HashContext {
  readonly stopped: () => boolean
  /** Called with the number of bytes hashed so far. */
  readonly progress: (bytes: number) => void
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
  context: HashContext,
): Promise<Served<HashReply>> {
  const builder = new HashBatchBuilder(paths.length)
  if (identify) {
    // Loaded with the first request for types: most threads only hash.
    const { sampleAndIdentify } = await import('./sample-and-identify.ts')
    await sampleAndIdentify(paths, { builder, hasher }, context)
  } else sample(paths, builder, context)
  const batch = builder.build({ types: identify })
  const transfer = [batch.hashes.buffer as ArrayBuffer]
  return { reply: { kind: 'sampled', batch }, transfer }
}

function sample(paths: readonly RawName[], builder: HashBatchBuilder, { stopped, answered }: HashContext): void {
  for (const [index, path] of paths.entries()) {
    if (stopped()) return
    answered?.()
    builder.setResult(index, hasher.sampled(fsPath(path)))
  }
}
