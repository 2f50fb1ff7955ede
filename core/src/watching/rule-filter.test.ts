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
    await vi.waitFor(() => expect(world.isToldOf('new/src/file')).toBe(true), WAIT)
    world.write('new/node_modules/package/later', 'x')
    world.write('new/src/later', 'x')
    await vi.waitFor(() => expect(world.isToldOf('new/src/later')).toBe(true), WAIT)
    expect(world.dirs().filter((dir) => dir.includes('node_modules'))).toEqual([])
  })

  test('an ignore file that comes, changes or goes has everything below it looked at, and watched accordingly', async () => {
    await using world = openWorld(kind)
    world.write('a/one/deep/file', 'x')
    world.write('a/two/deep/file', 'x')
    await world.watch()

    world.write('a/.spacedriveignore', 'one')
    await vi.waitFor(
      () => expect(world.dirty).toContainEqual({ dir: world.path('a'), names: null, subtree: true }),
      WAIT,
    )
    world.forget()
    world.write('a/one/deep/hidden', 'x')
    world.write('a/two/deep/shown', 'x')
    await vi.waitFor(() => expect(world.isToldOf('a/two/deep/shown')).toBe(true), WAIT)
    expect(world.dirs().filter((dir) => dir.includes('one'))).toEqual([])

    unlinkSync(world.path('a/.spacedriveignore'))
    await vi.waitFor(
      () => expect(world.dirty).toContainEqual({ dir: world.path('a'), names: null, subtree: true }),
      WAIT,
    )
    world.forget()
    world.write('a/one/deep/shown', 'x')
    await vi.waitFor(() => expect(world.isToldOf('a/one/deep/shown')).toBe(true), WAIT)
  })

  test('what makes a folder one that tools build has its folder looked at', async () => {
    await using world = openWorld(kind)
    world.write('crate/target/file', 'x')
    await world.watch()

    world.write('crate/Cargo.toml', 'x')
    await vi.waitFor(
      () => expect(world.dirty).toContainEqual({ dir: world.path('crate'), names: null, subtree: false }),
      WAIT,
    )
    world.forget()
    world.write('crate/target/hidden', 'x')
    world.write('crate/shown', 'x')
    await vi.waitFor(() => expect(world.isToldOf('crate/shown')).toBe(true), WAIT)
    expect(world.dirs().filter((dir) => dir.includes('target'))).toEqual([])

    renameSync(world.path('crate/Cargo.toml'), world.path('crate/other.toml'))
    await vi.waitFor(
      () => expect(world.dirty.some(({ dir, names }) => dir === world.path('crate') && !names)).toBe(true),
      WAIT,
    )
    world.write('crate/target/shown', 'x')
    await vi.waitFor(() => expect(world.isToldOf('crate/target/shown')).toBe(true), WAIT)
  })

  test('what makes a folder a tool of its own has the folder above looked at', async () => {
    await using world = openWorld(kind)
    world.write('project/env/lib/file', 'x')
    await world.watch()

    world.write('project/env/pyvenv.cfg', 'x')
    await vi.waitFor(
      () => expect(world.dirty.some(({ dir, names }) => dir === world.path('project') && !names)).toBe(true),
      WAIT,
    )
    world.forget()
    world.write('project/env/lib/hidden', 'x')
    world.write('project/shown', 'x')
    await vi.waitFor(() => expect(world.isToldOf('project/shown')).toBe(true), WAIT)
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
    dirty,
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
    /** Whether a listener was told to look at a file. */
    isToldOf: (below: string) =>
      dirty.some(({ dir, names, subtree }) => {
        if (subtree && path(below).startsWith(`${displayName(dir)}/`)) return true
        const name = below.slice(below.lastIndexOf('/') + 1)
        return join(path(below), '..') === dir && (names === null || names.includes(name))
      }),
    [Symbol.asyncDispose]: async () => {
      await backend[Symbol.asyncDispose]()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
