import { allRecursiveWatchesBegun, recursiveWatch } from '../../testing/recursive-watch.ts'
import { describeWatchBackend, type OpenWatchBackend } from '../../testing/watch-backend-suite.ts'
import { type BackendKind, createBackend, defaultWatchLimits } from './index.ts'
import { systemWatch } from './native-folder-watcher.ts'

const isLinux = process.platform === 'linux'
const limits = { ...defaultWatchLimits, quietMs: 20, burstMs: 60, rootCheckMs: 50, overflowMs: 50, pollMs: 10 }

function open(kind: BackendKind): OpenWatchBackend {
  const watch = kind === 'recursive' && isLinux ? recursiveWatch : systemWatch
  return (events) => {
    const backend = createBackend({ kind, events, limits, watch, filterFor: () => null })
    return {
      watch: async (root) => {
        const watched = await backend.watch(root)
        await allRecursiveWatchesBegun()
        return watched
      },
      addDirectories: (key, dirs) => backend.addDirectories(key, dirs),
      unwatch: (key) => backend.unwatch(key),
      [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
    }
  }
}

if (isLinux) describeWatchBackend('one watch a folder', open('folders'), { hasByteNames: true })
describeWatchBackend('one recursive watch', open('recursive'), { hasByteNames: false })
describeWatchBackend('polling', open('polling'), { hasByteNames: isLinux })
