import { lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { REFUSED, REFUSED_WITH_PROGRAMS } from '../../../testing/attack.ts'
import { NATIVE_REFUSED, NATIVE_WITH_PROGRAMS, nativePrey } from '../../../testing/native-prey.ts'
import { findProgram, isProgram } from '../../util/find-program.ts'
import { boxState, tryBwrap } from '../../workers/index.ts'
import { Archives } from './archives.ts'
import { LISTERS } from './programs.ts'
import type { AttackingArchive } from './test/attacking-archive-child.ts'

const states = { landlock: await boxState(), bwrap: await tryBwrap('the test asks for it') }

const hasPrograms = LISTERS.some((each) => (isAbsolute(each) ? isProgram(each) : findProgram(each) !== null))

describe.runIf(isBuiltin('node:ffi')).each(['landlock', 'bwrap'] as const)('boxed by %s', (layer) => {
  const state = states[layer]

  test.runIf(state.layer === layer)('a process that an archive has taken over reads only the archive', async () => {
    await using world = await nativePrey()
    const { given, native, target } = world
    const path = join(given, 'a.jpg')
    writeFileSync(path, JSON.stringify({ target, native } satisfies AttackingArchive))
    const before = readFileSync(path)
    await using archives = new Archives({
      guard: { refuse: () => Promise.resolve() },
      look: (file) => Promise.resolve(lstatSync(file as string, { bigint: true })),
      temporary: join(target.folder, '..', 'decoders'),
      entry: new URL('test/attacking-archive-child.ts', import.meta.url),
      layer: () => Promise.resolve(state),
    })
    const page = await archives.list({ path, limit: 1_000, offset: 0 }, new AbortController().signal)
    const results = Object.fromEntries(page.items.map((item) => item.path.split(': ', 2) as [string, string]))
    const starts = hasPrograms ? { ...REFUSED_WITH_PROGRAMS[layer], ...NATIVE_WITH_PROGRAMS } : {}
    // An installed `7z` may be a script, which the shell of the same box runs.
    const { 'start a shell': shell, ...others } = { ...REFUSED[layer], ...NATIVE_REFUSED, ...starts }
    const { 'start a shell': started, ...tried } = results
    expect(tried).toEqual(others)
    expect(hasPrograms ? [shell, 'done'] : [shell]).toContain(started)
    expect(readFileSync(path)).toEqual(before)
  })
})
