import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { devNull } from 'node:os'
import { isAbsolute } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Make } from '../../src/sidecars/generators/generator.ts'
import { fsPath } from '../../src/util/file-name.ts'

const LOOK_MS = 10

/** Does what its file says, `order log`: what an engine may do with a bad one. The log is told who has begun. */
export const make: Make = async ({ source, outputs }) => {
  const [order = '', ...rest] = readFileSync(fsPath(source)).toString().split(' ')
  const log = rest.find(isAbsolute) ?? devNull
  appendFileSync(log, `${process.pid}\n`)
  if (order === 'hang') for (;;);
  if (order === 'toil') while (!existsSync(`${log}.go`));
  if (order === 'crash') process.kill(process.pid, 'SIGSEGV')
  if (order === 'fill') for (const held: Uint8Array[] = []; ;) held.push(new Uint8Array(2 ** 24).fill(1))
  if (order === 'flood') for (let i = 0; i < 20_000; i++) process.stderr.write('x'.repeat(1_000))
  if (order === 'program') appendFileSync(log, `${spawn('sleep', ['1000']).pid}\n`)
  if (order === 'program' || order === 'wait') while (!existsSync(`${log}.go`)) await setTimeout(LOOK_MS)
  for (const { path } of outputs) writeFileSync(path, order === 'large' ? new Uint8Array(2 ** 20) : order)
  // Takes no room on the disk.
  if (order === 'enormous') for (const { path } of outputs) truncateSync(path, 2 ** 31 + 1)
  return { engine: { name: 'troubled', version: '1' } }
}
