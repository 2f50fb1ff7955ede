import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What runs for a long time and is killed at random: by name, the program and what it shows. */
const soaks: Readonly<Record<string, readonly [program: string, shows: string]>> = {
  index: ['index-soak.ts', 'the index equals the disk, whatever changes and whenever the daemon is killed'],
  schedules: [
    'schedule-soak.ts',
    'rows equal the disk, however scans, refreshes, moves and kills come between each other',
  ],
  kills: ['kill-soak.ts', 'a killed first index loses nothing and does nothing twice'],
  burst: ['event-burst.ts', 'a burst of a million changes is recorded by watching alone'],
  sidecars: ['sidecar-soak.ts', 'all sidecars are made, whatever is killed'],
  jobs: ['job-soak.ts', 'a killed daemon makes all thumbnails, and leaves no file without a row'],
  transfers: ['transfer-soak.ts', 'a transfer goes on, whichever side is killed'],
}

const [name = '', ...args] = process.argv.slice(2)
const [program] = soaks[name] ?? []
if (program === undefined) {
  const lines = Object.entries(soaks).map(([known, [, shows]]) => `  ${known.padEnd(10)} ${shows}`)
  process.stdout.write(`npm run soak -- <name> [options]\n\n${lines.join('\n')}\n`)
  process.exitCode = 2
} else {
  const path = fileURLToPath(new URL(program, import.meta.url))
  // That node:ffi is an experiment of Node is nothing to tell here.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, ...args], { stdio: 'inherit' })
  // It clears away what it has made; that of a terminal reaches it by itself.
  process.once('SIGTERM', () => child.kill('SIGTERM'))
  process.once('SIGINT', () => {})
  const [code] = (await once(child, 'exit')) as [number | null]
  process.exitCode = code ?? 1
}
