import { EventEmitter } from 'node:events'
import { createBackend, defaultWatchLimits, type WatchBatch, type WatchFunction } from '../src/watching/index.ts'
import { displayName } from '../src/util/file-name.ts'

const beginning = new Set<Promise<unknown>>()

/** Resolves when all `recursiveWatch`es report later changes. The system's own watch does not say so either. */
export async function allRecursiveWatchesBegun(): Promise<void> {
  await Promise.all(beginning)
}

/**
 * What `fs.watch` with `recursive` does on macOS and Windows, for Linux, where Node's own throws when a file takes a
 * folder's place. Text names only.
 */
export const recursiveWatch: WatchFunction = (path, _options, listener) => {
  const root = path.toString()
  const tell = ({ dirs }: WatchBatch) => {
    for (const { dir, names } of dirs) {
      const folder = displayName(dir).slice(root.length + 1)
      if (names) for (const name of names) listener('rename', folder + (folder && '/') + displayName(name))
      else listener('rename', folder || null)
    }
  }
  const backend = createBackend({
    kind: 'folders',
    events: { onBatch: tell, onProblem: () => {} },
    limits: { ...defaultWatchLimits, quietMs: 1, burstMs: 2, overflowMs: 1 },
    filterFor: () => null,
  })
  const emitter = new EventEmitter()
  const begun = backend
    .watch({ key: root, path: root, maxDepth: null })
    .catch((err: unknown) => emitter.emit('error', err))
    .finally(() => beginning.delete(begun))
  beginning.add(begun)
  return { on: emitter.on.bind(emitter), close: () => void backend[Symbol.asyncDispose]() }
}
