import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtempDisposable, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** What a role is given: a process of its own, a folder of its own, and a way to tell the others how far it is. */
export interface Stage {
  /** `TEST_DATA_DIR`: nobody else's. */
  readonly dataDir: string
  /** `TEST_SHARED_DIR`: a folder that all roles see. */
  readonly sharedDir: string
  /** Prints a marker that the other roles can wait for, with a text for them. */
  say(marker: string, text?: string): void
  /** Waits for a marker of another role, also one from before; returns its text. */
  until(role: string, marker: string): Promise<string>
}

export type Roles = Readonly<Record<string, (stage: Stage) => Promise<void>>>

export interface Scenario {
  /** The file whose processes play the roles. */
  readonly file: string
  readonly name: string
  readonly roles: readonly string[]
  readonly timeoutMs?: number | undefined
}

/** Long enough for two engines that start on a busy machine; below the time limit of a test. */
const TIMEOUT_MS = 90_000
/** Begins a line of output that is meant for the other roles. */
const MARK = '@'
const SUCCESS = 'success'

/**
 * A test that is played by several processes at once. In the test runner it is a test, which starts its file once for
 * each role, with `TEST_ROLE` and `TEST_DATA_DIR`; in such a process it plays the role. One role alone, by hand, its
 * partners' markers typed in as `alice made …`: `TEST_ROLE=bob TEST_DATA_DIR=/tmp/bob npx node e2e/<file>`.
 */
export async function scenario(name: string, url: string, roles: Roles, timeoutMs?: number): Promise<void> {
  const { TEST_ROLE, TEST_SCENARIO = name } = process.env
  if (TEST_ROLE === undefined) {
    const { test } = await import('vitest')
    test(name, () => runRoles({ file: fileURLToPath(url), name, roles: Object.keys(roles), timeoutMs }))
  } else if (TEST_SCENARIO === name) {
    const play = roles[TEST_ROLE]
    if (!play) throw new Error(`there is no role ${TEST_ROLE}, only ${Object.keys(roles).join(' and ')}`)
    await playRole(play)
  }
}

/** Plays a scenario to its end. Throws, with all that was printed, where a role fails, ends early or takes too long. */
export async function runRoles({ file, name, roles, timeoutMs = TIMEOUT_MS }: Scenario): Promise<void> {
  await using temp = await mkdtempDisposable(join(await realpath(tmpdir()), 'sd-roles-'))
  const said: string[] = []
  const sharedDir = join(temp.path, 'shared')
  await mkdir(sharedDir)
  const actors = roles.map((role) => {
    const env = {
      TEST_ROLE: role,
      TEST_SCENARIO: name,
      TEST_DATA_DIR: join(temp.path, role),
      TEST_SHARED_DIR: sharedDir,
    }
    return { role, process: start(file, env) }
  })
  try {
    const timeout = rejectAfter(timeoutMs)
    const successes = actors.map((actor) => succeeded(actor, said, (line) => relay(line, actor, actors)))
    await Promise.race([Promise.all(successes), timeout])
  } catch (err) {
    throw new Error(`${err instanceof Error ? err.message : String(err)}\n${said.join('\n')}`, { cause: err })
  } finally {
    await Promise.all(actors.map(end))
  }
}

interface Actor {
  readonly role: string
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>
}

function start(file: string, env: NodeJS.ProcessEnv): Actor['process'] {
  const child = spawn(process.execPath, [file], { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  // Who has ended hears no more markers.
  child.stdin.on('error', () => {})
  return child
}

async function succeeded({ process: child, role }: Actor, said: string[], onMark: (mark: string) => void) {
  let success = false
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      said.push(`${role} | ${line}`)
      if (line === `${MARK}${SUCCESS}`) success = true
      else if (line.startsWith(MARK)) onMark(line.slice(MARK.length))
    })
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (code !== 0 || !success) throw new Error(`${role} ended without success (${signal ?? `exit ${code}`})`)
}

function relay(mark: string, from: Actor, actors: readonly Actor[]): void {
  for (const each of actors) if (each !== from) each.process.stdin.write(`${from.role} ${mark}\n`)
}

async function end({ process: child }: Actor): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

async function rejectAfter(ms: number): Promise<never> {
  await once(AbortSignal.timeout(ms), 'abort')
  throw new Error(`not every role was done after ${ms / 1_000} s`)
}

async function playRole(play: Roles[string]): Promise<void> {
  const { TEST_DATA_DIR: dataDir, TEST_SHARED_DIR: sharedDir = dataDir } = process.env
  if (dataDir === undefined || sharedDir === undefined)
    throw new Error('TEST_DATA_DIR says where the role keeps its data')
  const marks = new Map<string, PromiseWithResolvers<string>>()
  const mark = (key: string) => {
    const known = marks.get(key) ?? Promise.withResolvers<string>()
    marks.set(key, known)
    return known
  }
  const heard = createInterface({ input: process.stdin })
  heard.on('line', (line) => {
    const [role = '', marker = '', ...text] = line.split(' ')
    mark(`${role} ${marker}`).resolve(text.join(' '))
  })
  // Without the runner nobody would end this process.
  heard.on('close', () => process.exit(1))
  const say = (marker: string, text = '') => void process.stdout.write(`${MARK}${marker} ${text}`.trimEnd() + '\n')
  await play({ dataDir, sharedDir, say, until: (role, marker) => mark(`${role} ${marker}`).promise })
  heard.removeAllListeners('close')
  process.stdin.destroy()
  say(SUCCESS)
}
