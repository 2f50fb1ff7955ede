import { expect, test } from 'vitest'
import { ProcessorBudget } from './processor-budget.ts'

test('waiting spends nothing of it, and work does', () => {
  // Other threads of this process work a little meanwhile.
  const budget = new ProcessorBudget(200)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
  expect(budget.isSpent).toBe(false)
  while (!budget.isSpent);
})
