import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, utimesSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { createTestCore } from '../testing/index.ts'

const { signal } = new AbortController()

test.skipIf(process.platform === 'win32')(
  'a file that grows while it is hashed gets the identity of its end',
  async () => {
    await using t = await createTestCore()
    t.write('growing.log', 'begun\n')
    const writer = spawn(
      'sh',
      ['-c', 'i=0; while [ $i -lt 60 ]; do echo line $i >> growing.log; sleep 0.05; i=$((i + 1)); done'],
      {
        cwd: t.root,
      },
    )
    const ended = once(writer, 'exit')
    await t.add({ mode: 'content' })
    await ended
    copyFileSync(t.path('growing.log'), t.path('copy.log'))
    utimesSync(t.path('copy.log'), 1_600_000_000, 1_600_000_000)
    const contentId = async (name: string) => (await t.library.files.info(t.path(name), signal)).contentId
    await vi.waitFor(
      async () => {
        expect(await contentId('copy.log')).not.toBeNull()
        expect(await contentId('growing.log')).toBe(await contentId('copy.log'))
      },
      { interval: 100 },
    )
    expect(await t.differences()).toEqual([])
  },
)
