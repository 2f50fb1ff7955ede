import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { ProcessorBudget } from './processor-budget.ts'

test('waiting spends nothing of it, and work does', () => {
  // Other threads of this process work a little meanwhile.
  const budget = new ProcessorBudget(200)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
  expect(budget.isSpent).toBe(false)
  while (!budget.isSpent);
})

test.runIf(process.platform === 'linux')(
  'the work of a program that has ended is counted, and no sleep of one',
  async () => {
    const run = (script: string) => once(spawn('sh', ['-c', script], { stdio: 'ignore' }), 'close')
    const budget = new ProcessorBudget(10_000)
    // Without the time of this process itself.
    const spentByPrograms = () => {
      const { system, user } = process.cpuUsage()
      return budget.spentMs - (system + user) / 1_000
    }
    const spent = async (script: string) => {
      const before = spentByPrograms()
      await run(script)
      return spentByPrograms() - before
    }
    expect(await spent('i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done')).toBeGreaterThan(10)
    expect(await spent('sleep 0.3')).toBeLessThan(100)
  },
)
