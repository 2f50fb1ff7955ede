import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isAlive, processesWith } from '../../testing/processes.ts'
import { createTempDir, type TempDir } from '../../testing/temp-dir.ts'
import { type BoxState, boxState, tryBwrap } from './box/box-state.ts'
import { ProcessPool } from './process-pool.ts'
import type { OwnerTask } from './test/pool-owner.ts'

const none: BoxState = { layer: null, reason: 'the test asks for none', fix: null }
const states = { none, landlock: await boxState(), bwrap: await tryBwrap('the test asks for it') }

let temp: TempDir
beforeEach(() => void (temp = createTempDir('orphans')))
afterEach(() => temp[Symbol.dispose]())

describe.each(['none', 'landlock', 'bwrap'] as const)('with the layer %s', (layer) => {
  const state = states[layer]
  const isThere = (state.layer ?? 'none') === layer

  test.runIf(isThere).each(['idle', 'hang'])(
    'a process does not outlive a parent that is killed, %s as it may be',
    async (request) => {
      const folder = join(temp.path, 'decoders')
      const task: OwnerTask = { request, folder, state }
      const module = fileURLToPath(new URL('test/pool-owner.ts', import.meta.url))
      const owner = spawn(process.execPath, [module, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'inherit'] })
      const [line] = (await once(createInterface(owner.stdout), 'line')) as [string]
      expect(isAlive(Number(line))).toBe(true)
      expect(processesWith(folder).length > 0).toBe(process.platform === 'linux')
      owner.kill('SIGKILL')
      await vi.waitFor(() => expect([isAlive(Number(line)), processesWith(folder)]).toEqual([false, []]))
    },
  )

  test.runIf(isThere && process.platform === 'linux')(
    'a process that is ended while it starts leaves nothing that works',
    async () => {
      const folder = join(temp.path, 'decoders')
      const ended = async (deadlineMs: number) => {
        await using pool = new ProcessPool<string, string>({
          name: 'test',
          entry: new URL('test/troubled-child.ts', import.meta.url),
          processes: 1,
          memoryMiB: 300,
          box: { programs: [], temporary: folder, parse: (reply) => reply },
          layer: () => Promise.resolve(state),
        })
        await expect(pool.run('hang', { deadlineMs })).rejects.toMatchObject({ code: 'Timeout' })
      }
      // At each moment of its start.
      for (let ms = 20; ms <= 300; ms += 20) await Promise.all([ms, ms + 5, ms + 10, ms + 15].map(ended))
      await vi.waitFor(() => expect(processesWith(folder)).toEqual([]))
      // A pool does not wait for long until a process has ended, and removes its folders after that.
      await vi.waitFor(() => expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]))
    },
  )
})
