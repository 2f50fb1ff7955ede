import { statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { NativeReport, NativeTarget } from '../../../testing/native-attack.ts'
import { NATIVE_REFUSED, NATIVE_WITH_PROGRAMS, nativePrey } from '../../../testing/native-prey.ts'
import { ProcessPool } from '../process-pool.ts'
import { boxState, tryBwrap } from './box-state.ts'

const states = { landlock: await boxState(), bwrap: await tryBwrap('the test asks for it') }

describe.runIf(isBuiltin('node:ffi')).each(['landlock', 'bwrap'] as const)('native code boxed by %s', (layer) => {
  const state = states[layer]

  test.runIf(state.layer === layer).each([
    ['without programs', []],
    ['with a program', ['/usr/bin/env']],
  ])('reaches no process, no memory and no file of the user, %s', async (_, programs) => {
    await using world = await nativePrey()
    await using pool = new ProcessPool<NativeTarget, NativeReport>({
      name: 'test',
      entry: new URL('../test/native-attacking-child.ts', import.meta.url),
      processes: 1,
      memoryMiB: 300,
      box: { programs, temporary: join(world.target.folder, '..', 'decoders'), parse: (reply) => reply },
      layer: () => Promise.resolve(state),
    })
    const { own } = world.native
    const before = statSync(own)
    const report = await pool.run(world.native, { deadlineMs: 120_000, reach: { read: [own] } })
    const starts = programs.length > 0 ? NATIVE_WITH_PROGRAMS : {}
    expect(report.attempts).toEqual({ ...NATIVE_REFUSED, ...starts })
    expect(statSync(own)).toEqual(before)
    // Only the channel, and what Node itself opens.
    const others = report.descriptors.filter((each) => !/^(anon_inode:|pipe:|\/dev\/null$)/.test(each))
    expect(others).toEqual([expect.stringMatching(/^socket:/)])
    const { CapEff, CapPrm, NoNewPrivs } = report.status
    const [effective, permitted] = [CapEff, CapPrm].map((each) => Number.parseInt(each!, 16))
    // Reading files of other users, for a daemon of root.
    expect([effective! & ~4, permitted! & ~4, NoNewPrivs, report.oomScore]).toEqual([0, 0, '1', '1000'])
    // With bubblewrap as well: its first process and this one end with their parents.
    expect(report.deathSignal).toBe(9)
  })
})
