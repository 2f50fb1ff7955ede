import { Socket } from 'node:net'
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { attack, type Target } from '../../../../testing/attack.ts'
import type { Make } from '../../generators/generator.ts'
import { collectProgram } from '../../generators/stream-program.ts'

type Orders =
  /** Tries all attacks, and writes down which of them succeeded. */
  | { readonly action?: undefined; readonly target: Target; readonly ffmpeg: string | null }
  | { readonly action: 'read' | 'throw' | 'crash' }
  /** Leaves a link instead of a result. */
  | { readonly action: 'link'; readonly to: string }

/** A hostile decoder. */
export const make: Make = async ({ outputs, settings, source }) => {
  const orders = JSON.parse((settings as { attack: string }).attack) as Orders
  const own = String(source)
  const [{ path } = { path: '' }] = outputs
  switch (orders.action) {
    case 'throw':
      throw new Error(`${own}: unexpected end of file`)
    case 'crash':
      process.kill(process.pid, 'SIGSEGV')
      break
    case 'read':
      writeFileSync(path, readFileSync(own))
      break
    case 'link':
      writeFileSync(path, '')
      replaceWithLink(path, orders.to)
      break
    case undefined: {
      const results = JSON.stringify(await tryAll({ ...orders.target, own }, orders.ffmpeg))
      for (const output of outputs) writeFileSync(output.path, results)
    }
  }
  return { engine: { name: 'test', version: '1' } }
}

/** Replaces the result just before the reply, when the process itself has checked it. */
function replaceWithLink(path: string, to: string): void {
  const { write } = Socket.prototype
  Socket.prototype.write = function (this: Socket, ...args: unknown[]) {
    rmSync(path, { force: true })
    try {
      symlinkSync(to, path)
    } catch {
      // Landlock refuses links. Then there is no result.
    }
    return Reflect.apply(write, this, args) as boolean
  }
}

async function tryAll(target: Target, ffmpeg: string | null): Promise<Record<string, string>> {
  const results = await attack(target)
  if (ffmpeg === null) return results
  const run = (input: string) =>
    collectProgram({
      program: ffmpeg,
      name: 'ffmpeg',
      args: ['-v', 'error', '-f', 'data', '-i', input, '-map', '0', '-c', 'copy', '-f', 'data', '-'],
      deadlineMs: 100_000,
      maxBytes: 1_000,
    }).then(String, (err: Error) => err.message)
  results['ffmpeg reads what it was given'] = await run(`file:${target.own}`)
  results['ffmpeg reads a secret'] = await run(`file:${target.secret}`)
  results['ffmpeg connects'] = await run(`tcp://127.0.0.1:${target.port}`)
  return results
}
