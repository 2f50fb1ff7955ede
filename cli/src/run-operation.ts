import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Ops } from '@spacedrive/daemon/ops'
import type { Values } from './command-spec.ts'
import type { CliContext } from './context.ts'
import { ClientError, type OutputOf } from '@spacedrive/client'
import type { ContractOp } from './contract.ts'
import { confirm } from './confirm.ts'
import { exitCodeOfJob, exitCodes } from './exit-codes.ts'
import { flagName } from './flag-name.ts'
import { printOutput } from './print-output.ts'
import { type Session, openSession } from './session.ts'
import { rawArgument } from './raw-arguments.ts'
import { subjectNames } from './subject-names.ts'
import { UsageError } from './usage-error.ts'
import { wholeJobId } from './whole-job-id.ts'
import { wholeTransferId } from './whole-transfer-id.ts'

/** Runs the operation of a command: asks where it destroys, sends it, prints what came back, waits where that is wanted. */
export async function runOperation(operation: ContractOp, values: Values, context: CliContext): Promise<number> {
  using session = await openSession(context)
  const { wait, ...given } = values
  const input = await inputOf(operation, given, session)
  const said = (err: unknown) => {
    throw inOwnWords(err, operation)
  }
  if (operation.cli?.confirm !== undefined) await confirm(operation, input, session).catch(said)
  if (operation.name === 'jobs.wait' && isWatched(context)) return await watchJob(String(input.job), session)
  const output = await session.call(operation, input).catch(said)
  if (wait === true && (operation.name === 'files.fetch' || operation.name === 'transfers.resume')) {
    const { waitForTransfers } = await import('./live/wait-for-transfers.ts')
    return await waitForTransfers(operation.name, output, session)
  }
  if (wait === true && !isNothingToDo(output)) {
    const { waitForOutputJob } = await import('./live/wait-for-job.ts')
    return await waitForOutputJob(output, session)
  }
  const names = wantsNames(operation, context) ? await subjectNames(session) : undefined
  await printOutput(operation.name, output, context, names)
  if (operation.name === 'sidecars.pending') await sayHindrances(session)
  return exitCodeOfOutput(operation, output)
}

/** What is not even queued is in no list of what waits. */
async function sayHindrances(session: Session): Promise<void> {
  const { globals, io } = session.context
  if (globals.json || globals.jsonl) return
  const { hindranceLines } = await import('./live/sidecar-summary.ts')
  const lines = hindranceLines(await session.query('sidecars.hindrances', {}), io.err.style)
  if (lines.length > 0) io.note(lines.join('\n'))
}

/** Whether it has queued no job, there being nothing for it to do. */
function isNothingToDo(output: unknown): boolean {
  return typeof output === 'object' && output !== null && Reflect.get(output, 'job') === null
}

/** Whether somebody looks on: then a wait shows how far it is. */
function isWatched({ globals, io }: CliContext): boolean {
  return io.err.animated && !globals.json && !globals.jsonl && !globals.quiet
}

async function watchJob(id: string, session: Session): Promise<number> {
  const { waitForOutputJob } = await import('./live/wait-for-job.ts')
  return await waitForOutputJob({ job: { id } }, session)
}

/** A list of jobs is for a person a list of what they work on. */
function wantsNames({ name }: ContractOp, { globals }: CliContext): boolean {
  return (name === 'jobs.list' || name === 'jobs.info') && !globals.json && !globals.jsonl
}

/** What the daemon says of a field, said of the flag or argument that was typed. */
function inOwnWords(err: unknown, { cli }: ContractOp): unknown {
  const issues = err instanceof ClientError && err.code === 'InvalidInput' ? issuesOf(err.details) : []
  if (issues.length === 0) return err
  const message = issues.map(({ field, message: what }) => {
    const name = cli?.positional?.includes(field) ? field : `--${flagName(field)}`
    return `${name} ${what}`
  })
  return new UsageError(message.join('; '), { words: cli?.words ?? [] })
}

function issuesOf(details: unknown): readonly { readonly field: string; readonly message: string }[] {
  const issues: unknown = typeof details === 'object' && details !== null ? Reflect.get(details, 'issues') : null
  return Array.isArray(issues) ? (issues as { field: string; message: string }[]) : []
}

/** What a person typed as the operation takes it: absolute paths, whole ids, words joined. */
async function inputOf({ cli, input }: ContractOp, values: Values, session: Session): Promise<Record<string, unknown>> {
  const resolved: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(values)) {
    const isText = input.properties?.[field]?.type === 'string'
    const joined = isText && Array.isArray(value) ? value.join(' ') : value
    if (cli?.paths?.includes(field)) resolved[field] = eachText(joined, absolutePath)
    else if (cli?.contents?.includes(field))
      resolved[field] = eachText(joined, (text) => (UUID.test(text) ? text : absolutePath(text)))
    else if (cli?.references?.includes(field))
      resolved[field] = eachText(joined, (text) => (isPath(text) ? absolutePath(text) : text))
    else if (field === 'job' && typeof joined === 'string') resolved[field] = await wholeJobId(joined, session)
    else if (field === 'transfer' && typeof joined === 'string')
      resolved[field] = await wholeTransferId(joined, session)
    else resolved[field] = joined
  }
  return resolved
}

function eachText(value: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => eachText(item, change))
  return typeof value === 'string' ? change(value) : value
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function absolutePath(text: string): string {
  if (/^(base64:|(local|content|sidecar):\/\/)/.test(text)) return text
  const raw = rawArgument(text)
  if (typeof raw === 'string') return resolve(text)
  const absolute = raw[0] === SLASH ? raw : Buffer.concat([Buffer.from(`${process.cwd()}/`), raw])
  return `base64:${absolute.toString('base64')}`
}

const SLASH = 0x2f

/** A location may have any name, but not one that begins like a path. A name with a slash is a path if that is there. */
function isPath(text: string): boolean {
  if (/^(\.{0,2}[/\\]|\.{1,2}$)/.test(text)) return true
  return /[/\\]/.test(text) && (existsSync(resolve(text)) || typeof rawArgument(text) !== 'string')
}

function exitCodeOfOutput({ name }: ContractOp, output: unknown): number {
  return answers[name]?.(output) ?? exitCodes.ok
}

/** Most operations have worked when they answer; these answer a question. */
const answers: Readonly<Partial<Record<keyof Ops, (output: unknown) => number>>> = {
  'indexing.verify': (output) => {
    const { total, unreadableTotal } = output as OutputOf<'indexing.verify'>
    if (total > 0) return exitCodes.failed
    return unreadableTotal > 0 ? exitCodes.partial : exitCodes.ok
  },
  'libraries.check': (output) => ((output as OutputOf<'libraries.check'>).ok ? exitCodes.ok : exitCodes.failed),
  'network.diagnose': (output) =>
    (output as OutputOf<'network.diagnose'>).checks.some(({ state }) => state === 'error')
      ? exitCodes.failed
      : exitCodes.ok,
  'indexing.quickScan': (output) =>
    (output as OutputOf<'indexing.quickScan'>).warnings.length === 0 ? exitCodes.ok : exitCodes.partial,
  'sidecars.verify': (output) =>
    (output as OutputOf<'sidecars.verify'>).problems.length === 0 ? exitCodes.ok : exitCodes.failed,
  'sidecars.convert': (output) =>
    (output as OutputOf<'sidecars.convert'>).conflictCount === 0 ? exitCodes.ok : exitCodes.partial,
  'jobs.wait': (output) => exitCodeOfJob(output as OutputOf<'jobs.wait'>),
}
