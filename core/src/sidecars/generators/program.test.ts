import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { runProgram } from './program.ts'
import { findProgram } from '../../util/find-program.ts'

const shell = findProgram('sh')
const limits = { timeoutMs: 60_000, maxBytes: 1_000 }

function run(script: string, options: Partial<Parameters<typeof runProgram>[2]> = {}): Promise<Buffer> {
  return runProgram(shell!, ['-c', script], { ...limits, ...options })
}

test.skipIf(!shell)('a program that complains without end is let, and the last of it is the reason', async () => {
  expect((await run('yes "it is bad" | head -c 3000000 >&2; echo done')).toString()).toBe('done\n')
  const failure = run('yes "it is bad" | head -c 3000000 >&2; echo >&2; echo "out of paper" >&2; exit 3')
  await expect(failure).rejects.toMatchObject({ code: 'Corrupt', message: 'out of paper' })
  await expect(run('exit 3')).rejects.toMatchObject({
    code: 'Corrupt',
    message: expect.stringContaining('ended with 3'),
  })
})

test.skipIf(!shell)('one that prints without end is ended, but for who looks at it as it comes', async () => {
  await expect(run('yes')).rejects.toMatchObject({ code: 'Corrupt', message: expect.stringContaining('without end') })
  let bytes = 0
  await run('yes | head -c 300000', { onPrinted: (chunk) => (bytes += chunk.length) > 0 })
  expect(bytes).toBe(300_000)
})

test.skipIf(!shell)('one that takes too long, and one that nobody wants any more, are gone', async () => {
  using temp = createTempDir('program')
  const done = join(temp.path, 'done')
  await expect(run(`exec sleep 1000; touch ${done}`, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'Timeout' })
  const stop = new AbortController()
  const running = run('echo begun; exec sleep 1000', {
    signal: stop.signal,
    onPrinted() {
      stop.abort(new Error('enough'))
      return true
    },
  })
  await expect(running).rejects.toThrow('enough')
  await expect(run(`touch ${done}`, { signal: stop.signal })).rejects.toThrow('enough')
  expect(existsSync(done)).toBe(false)
})

test('one that cannot be started says so', async () => {
  await expect(runProgram('/no/such/program', [], limits)).rejects.toMatchObject({ code: 'Unavailable' })
})
