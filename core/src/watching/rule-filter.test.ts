import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { allRecursiveWatchesBegun, recursiveWatch } from '../../testing/recursive-watch.ts'
import { defaultRules } from '../domain/rules.ts'
import { displayName } from '../util/file-name.ts'
import { type BackendKind, createBackend, defaultWatchLimits, type DirtyFolder } from './index.ts'
import { systemWatch } from './native-folder-watcher.ts'
import { createRuleFilter } from './rule-filter.ts'

const isLinux = process.platform === 'linux'
const kinds: BackendKind[] = isLinux ? ['folders', 'recursive', 'polling'] : ['recursive', 'polling']

describe.each(kinds)('rules, watching %s', (kind) => {
  test('nothing is reported of folders that rules hide', async () => {
    await using world = openWorld(kind)
    world.write('node_modules/old/file', 'x')
    await world.watch()

    world.write('node_modules/old/later', 'x')
    world.write('new/node_modules/package/file', 'x')
    world.write('new/src/file', 'x')
    await world.tellsOf('new/src/file')
    world.write('new/node_modules/package/later', 'x')
    world.write('new/src/later', 'x')
    await world.tellsOf('new/src/later')
    expect(world.dirs().filter((dir) => dir.includes('node_modules'))).toEqual([])
  })

  test('an ignore file that comes, changes or goes has everything below it looked at, and watched accordingly', async () => {
    await using world = openWorld(kind)
    world.write('a/one/deep/file', 'x')
    world.write('a/two/deep/file', 'x')
    await world.watch()

    world.write('a/.spacedriveignore', 'one')
    await world.tellsOfFolder('a', { subtree: true })
    world.forget()
    world.write('a/one/deep/hidden', 'x')
    world.write('a/two/deep/shown', 'x')
    await world.tellsOf('a/two/deep/shown')
    expect(world.dirs().filter((dir) => dir.includes('one'))).toEqual([])

    unlinkSync(world.path('a/.spacedriveignore'))
    await world.tellsOfFolder('a', { subtree: true })
    world.forget()
    world.write('a/one/deep/shown', 'x')
    await world.tellsOf('a/one/deep/shown')
  })

  test('what makes a folder one that tools build has its folder looked at', async () => {
    await using world = openWorld(kind)
    world.write('crate/target/file', 'x')
    await world.watch()

    world.write('crate/Cargo.toml', 'x')
    await world.tellsOfFolder('crate', { subtree: false })
    world.forget()
    world.write('crate/target/hidden', 'x')
    world.write('crate/shown', 'x')
    await world.tellsOf('crate/shown')
    expect(world.dirs().filter((dir) => dir.includes('target'))).toEqual([])

    renameSync(world.path('crate/Cargo.toml'), world.path('crate/other.toml'))
    await world.tellsOfFolder('crate')
    world.write('crate/target/shown', 'x')
    await world.tellsOf('crate/target/shown')
  })

  test('what makes a folder a tool of its own has the folder above looked at', async () => {
    await using world = openWorld(kind)
    world.write('project/env/lib/file', 'x')
    await world.watch()

    world.write('project/env/pyvenv.cfg', 'x')
    await world.tellsOfFolder('project')
    world.forget()
    world.write('project/env/lib/hidden', 'x')
    world.write('project/shown', 'x')
    await world.tellsOf('project/shown')
    expect(world.dirs().filter((dir) => dir.includes('env'))).toEqual([])
  })
})

const WAIT = { interval: 10 }
const limits = { ...defaultWatchLimits, quietMs: 20, burstMs: 60, rootCheckMs: 50, overflowMs: 30, pollMs: 10 }

/** A folder of its own, a backend that watches it under the default rules, and what it told. */
function openWorld(kind: BackendKind) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'watch-')))
  const dirty: DirtyFolder[] = []
  const path = (below: string) => join(root, below)
  const backend = createBackend({
    kind,
    limits,
    watch: kind === 'recursive' && isLinux ? recursiveWatch : systemWatch,
    filterFor: () => createRuleFilter({ path: root, rules: defaultRules }),
    events: { onProblem: () => {}, onBatch: ({ dirs }) => void dirty.push(...dirs) },
  })
  return {
    path,
    dirs: () => dirty.map(({ dir }) => displayName(dir)),
    forget: () => (dirty.length = 0),
    write: (below: string, text: string) => {
      mkdirSync(join(path(below), '..'), { recursive: true })
      writeFileSync(path(below), text)
    },
    watch: async () => {
      await backend.watch({ key: 'root', path: root, maxDepth: null })
      await allRecursiveWatchesBegun()
    },
    /** Waits until the backend has told to look at a file. */
    tellsOf: (below: string) =>
      vi.waitFor(() => {
        const name = below.slice(below.lastIndexOf('/') + 1)
        const covers = ({ dir, names, subtree }: DirtyFolder) =>
          (subtree && path(below).startsWith(`${displayName(dir)}/`)) ||
          (join(path(below), '..') === dir && (names === null || names.includes(name)))
        expect(dirty.some(covers)).toBe(true)
      }, WAIT),
    /** Waits until the backend has told to look at all names of a folder; with `subtree`, at everything below or not. */
    tellsOfFolder: (below: string, facts: Partial<DirtyFolder> = {}) =>
      vi.waitFor(
        () => expect(dirty).toContainEqual(expect.objectContaining({ dir: path(below), names: null, ...facts })),
        WAIT,
      ),
    [Symbol.asyncDispose]: async () => {
      await backend[Symbol.asyncDispose]()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
