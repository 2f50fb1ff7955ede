import { execFileSync } from 'node:child_process'
import { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { knowsProcessor } from './filter.ts'

test.runIf(process.platform === 'linux' && isBuiltin('node:ffi') && knowsProcessor()).each(['missing', 'refused'])(
  'where close_range is %s, a program gets no descriptor of its parent either',
  (how) => {
    const module = fileURLToPath(new URL('../test/old-kernel.ts', import.meta.url))
    expect(JSON.parse(execFileSync(process.execPath, [module, how], { encoding: 'utf8' }))).toEqual([true, false])
  },
)
