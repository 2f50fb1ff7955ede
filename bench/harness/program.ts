import { spawn, spawnSync } from 'node:child_process'

/** Whether a program is on the PATH. */
export function isInstalled(program: string): boolean {
  return spawnSync('which', [program], { stdio: 'ignore' }).status === 0
}

/** Seconds a program takes from start to end; its output goes nowhere. `mayFail`: an exit code other than 0 says something too. */
export async function timeProgram(
  program: string,
  args: readonly string[],
  options: { mayFail?: boolean; input?: number } = {},
): Promise<number> {
  const begun = performance.now()
  const child = spawn(program, args, { stdio: [options.input ?? 'ignore', 'ignore', 'ignore'] })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  if (code !== 0 && !options.mayFail) throw new Error(`${program} ${args.join(' ')} ended with ${code}`)
  return (performance.now() - begun) / 1_000
}
