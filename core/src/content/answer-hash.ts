import { fsPath } from '../util/file-name.ts'
import { heard } from '../util/heard.ts'
import { ContentHasher } from './content-hash.ts'
import { HashBatchBuilder } from './hash-batch.ts'
import type { HashReply, HashRequest } from './hash-messages.ts'
import type { Served } from '../workers/worker-messages.ts'

/**
 * This module must not use a top-level `await`: V8 ends the process if a thread is ended while such a module is
 * loading.
 */
const loading = heard(ContentHasher.load())

/** The connection of a request to its caller: whether to stop, and reports of progress. */
export interface HashContext {
  readonly stopped: () => boolean
  /** Called with the number of bytes hashed so far. */
  readonly progress: (bytes: number) => void
  /** Called after each file. */
  readonly answered?: () => void
}

/** Answers the requests of a `HashPool`. */
export async function answerHash(request: HashRequest, context: HashContext): Promise<Served<HashReply>> {
  const hasher = await loading
  switch (request.kind) {
    case 'sampled':
      return sampleBatch(request, hasher, context)
    case 'full': {
      const options = { stopped: context.stopped, onBytes: context.progress }
      return { reply: { kind: 'full', result: hasher.full(fsPath(request.path), options) } }
    }
  }
}

async function sampleBatch(
  { paths, identify }: Extract<HashRequest, { kind: 'sampled' }>,
  hasher: ContentHasher,
  context: HashContext,
): Promise<Served<HashReply>> {
  const builder = new HashBatchBuilder(paths.length)
  if (identify) {
    // Loaded with the first request for types: most threads only hash.
    const { sampleAndIdentify } = await import('./sample-and-identify.ts')
    await sampleAndIdentify(paths, { builder, hasher }, context)
  } else
    for (const [index, path] of paths.entries()) {
      if (context.stopped()) break
      context.answered?.()
      builder.setResult(index, hasher.sampled(fsPath(path)))
    }
  const batch = builder.build({ types: identify })
  const transfer = [batch.hashes.buffer as ArrayBuffer]
  return { reply: { kind: 'sampled', batch }, transfer }
}
