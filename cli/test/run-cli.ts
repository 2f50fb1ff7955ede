import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** The session's runtime folder in a home; without one all homes would want the same place for their socket. */
const RUNTIME = ['.local', 'run'] as const

/** The folder with the program, so that messages name it as an installed one. */
const BIN = ['.local', 'bin'] as const

const shim = fileURLToPath(new URL('../bin/spacedrive.mjs', import.meta.url))

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A home of its own for one test: no file of the person who runs the tests is seen or touched. */
export class TestHome implements AsyncDisposable {
  readonly path: string
  readonly #more: NodeJS.ProcessEnv
  #started = false

  private constructor(path: string, more: NodeJS.ProcessEnv) {
    this.path = path
    this.#more = more
  }

  /** `more`: of the environment, such as a screen. */
  static async create(more: NodeJS.ProcessEnv = {}): Promise<TestHome> {
    const path = await mkdtemp(join(tmpdir(), 'sd-'))
    await mkdir(join(path, ...RUNTIME), { recursive: true, mode: 0o700 })
    await mkdir(join(path, ...BIN), { recursive: true })
    const [name, script] =
      process.platform === 'win32'
        ? ['spacedrive.cmd', `@"${process.execPath}" "${shim}" %*\r\n`]
        : ['spacedrive', `#!/bin/sh\nexec '${process.execPath}' '${shim}' "$@"\n`]
    await writeFile(join(path, ...BIN, name), script, { mode: 0o755 })
    return new TestHome(path, more)
  }

  /** Runs the real command with no terminal, as a script would, at 80 columns. */
  async run(...args: string[]): Promise<Run> {
    this.#started ||= !args.includes('--help')
    const child = spawn(process.execPath, [shim, ...args], {
      cwd: this.path,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const code = new Promise<number | null>((resolve) => child.on('close', resolve))
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    return { code: await code, stdout, stderr }
  }

  /** Runs a command that must work, and reads what it answers. */
  async json<T>(...args: string[]): Promise<T> {
    const run = await this.run(...args, '--json')
    if (run.code !== 0) throw new Error(`spacedrive ${args.join(' ')} ended with ${run.code}: ${run.stderr}`)
    return JSON.parse(run.stdout) as T
  }

  /** The command and all it said, with what differs from run to run replaced. */
  async transcript(...args: string[]): Promise<string> {
    const { code, stderr, stdout } = await this.run(...args)
    const typed = args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ')
    const said = [prefixed(stdout, ''), prefixed(stderr, '2> ')].join('')
    return `$ spacedrive ${this.#settled(typed)}\n${this.#settled(said)}(exit ${code})\n`
  }

  /** Several commands, one after the other. */
  async transcripts(commands: readonly (readonly string[])[]): Promise<string> {
    const said: string[] = []
    for (const words of commands) said.push(await this.transcript(...words))
    return said.join('\n')
  }

  get env(): NodeJS.ProcessEnv {
    const { NODE_COMPILE_CACHE, PATH, SystemRoot } = process.env
    return {
      PATH: [join(this.path, ...BIN), PATH].join(delimiter),
      ...(NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}),
      ...(SystemRoot ? { SystemRoot } : {}),
      HOME: this.path,
      USERPROFILE: this.path,
      XDG_RUNTIME_DIR: join(this.path, ...RUNTIME),
      LOCALAPPDATA: join(this.path, 'local'),
      COLUMNS: '80',
      TZ: 'UTC',
      LANG: 'C.UTF-8',
      ...this.#more,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#started) await this.run('stop')
    await rm(this.path, { recursive: true, force: true, maxRetries: 5 })
  }

  #settled(said: string): string {
    return settle.reduce(
      (rest, [what, instead]) => rest.replace(what, instead),
      said.replaceAll(this.path, '/tmp/sd-000000'),
    )
  }
}

/** What differs from run to run, and what stands for it. */
const settle: readonly (readonly [what: RegExp, instead: string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '00000000-0000-0000-0000-000000000000'],
  [/^[0-9a-f]{8}(?= )/gm, '00000000'],
  [/\b(process) \d+/g, '$1 N'],
  [/\b(\d+ (d|h|min) )?[\d.]+ (ms|s|min|h)\b/g, 'N s'],
  [/^(Memory|On disk) .*$/gm, '$1 …'],
  [/(http:\/\/127\.0\.0\.1):\d+/g, '$1:N'],
  // How many there are depends on the engines that are there.
  [/^\d+ sidecars made (?:(?!2> ).*\n)*/m, 'N sidecars made …\n'],
  [/^Sidecars {2}.*\n(?: +.*\n)*/m, 'Sidecars  …\n'],
  [/\b20(?!25-07-14)\d\d-\d\d-\d\d \d\d:\d\d\b/g, 'YYYY-MM-DD hh:mm'],
]

function prefixed(said: string, mark: string): string {
  if (said === '') return ''
  const lines = said.replace(/\n$/, '').split('\n')
  return lines.map((line) => `${mark}${line}\n`).join('')
}
