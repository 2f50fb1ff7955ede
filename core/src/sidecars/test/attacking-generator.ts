import { writeFileSync } from 'node:fs'
import { attack, type Target } from '../../../testing/attack.ts'
import type { Make } from '../generators/generator.ts'
import { collectProgram } from '../generators/stream-program.ts'

/** A hostile decoder: it records which of its attempts succeeded. */
export const make: Make = async ({ outputs, settings }) => {
  // A path that is a setting may be read. These paths are inside JSON, so they do not count as settings.
  const { ffmpeg, target } = JSON.parse((settings as { attack: string }).attack) as {
    ffmpeg: string | null
    target: Target
  }
  const results = await attack(target)
  if (ffmpeg !== null) {
    const run = (input: string) =>
      collectProgram({
        program: ffmpeg,
        name: 'ffmpeg',
        args: ['-v', 'error', '-f', 'data', '-i', input, '-map', '0', '-c', 'copy', '-f', 'data', '-'],
        deadlineMs: 20_000,
        maxBytes: 1_000,
      }).then(String, (err: Error) => err.message)
    results['ffmpeg reads what it was given'] = await run(`file:${target.own}`)
    results['ffmpeg reads a secret'] = await run(`file:${target.secret}`)
    results['ffmpeg connects'] = await run(`tcp://127.0.0.1:${target.port}`)
  }
  for (const { path } of outputs) writeFileSync(path, JSON.stringify(results))
  return { engine: { name: 'test', version: '1' } }
}
