import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { isPartialId } from '@spacedrive/core/partial-id'
import { shellWord } from '@spacedrive/core/shell-word'
import type { Ops } from '@spacedrive/daemon/ops'
import type { Values } from './command-spec.ts'
import type { CliContext } from './context.ts'
import { ClientError, type OutputOf } from '@spacedrive/client'
import type { ContractOp } from './contract.ts'
import { confirm } from './confirm.ts'
import { exitCodes } from './exit-codes.ts'
import { extrasOf } from './operations/index.ts'
import { flagName } from './flag-name.ts'
import { printOutput } from './print-output.ts'
import { type Session, openSession, requireDataFolder } from './session.ts'
import { isWholeId } from './short-id.ts'
import { rawArgument } from './raw-arguments.ts'
import { subjectNames } from './subject-names.ts'
import { UsageError } from './usage-error.ts'
import { wholeId } from './whole-id.ts'

/** Runs the operation of a command: asks if it destroys, sends it, prints the answer, waits if the user wants that. */
export async function runOperation(operation: ContractOp, values: Values, context: CliContext): Promise<number> {
  const { cli } = operation
  const each = cli?.each === undefined ? null : await wishOf(operation, values, context)
  if (operation.kind === 'query') requireDataFolder(context)
  using session = await openSession(context)
  const { wait, ...given } = each?.rest ?? values
  const input = await inputOf(operation, given, session)
  const said = (err: unknown) => {
    throw inOwnWords(err, operation)
  }
  const extras: Extras = await extrasOf(operation.name)
  if (cli?.confirm !== undefined) await confirmed({ operation, input, extras }, session).catch(said)
  if (extras.watch && isWatched(context)) return await extras.watch(input, session)
  if (each) return await each.run(input, session).catch(said)
  const output = await session.call(operation, input).catch(said)
  if (wait === true && cli?.wait === 'transfers') {
    const { waitForTransfers } = await import('./live/wait-for-transfers.ts')
    return await waitForTransfers(output, session)
  }
  if (wait === true && !isNothingToDo(output)) {
    const { waitForOutputJob } = await import('./live/wait-for-job.ts')
    return await waitForOutputJob(output, session)
  }
  const isForAPerson = !context.globals.json && !context.globals.jsonl
  const names =
    isForAPerson && cli?.names !== undefined ? await subjectNames(session, cli.names as keyof Ops) : undefined
  await printOutput(operation.name, output, context, { names, next: filled(cli?.next, values) })
  const notes = isForAPerson && extras.notes ? await extras.notes(session) : []
  if (notes.length > 0) context.io.note(notes.join('\n'))
  return extras.exitCode?.(output) ?? exitCodeOfOutput(output, cli?.exit)
}

/** A command with the values of this one in place of its placeholders, such as `<location>`. */
function filled(command: string | undefined, values: Values): string | undefined {
  return command?.replaceAll(/<(\w+)>/g, (placeholder, name: string) => {
    const value = values[name]
    return typeof value === 'string' ? shellWord(value) : placeholder
  })
}

/** The action on each result, if the command line asks for one. Its code is loaded only then. */
async function wishOf(operation: ContractOp, values: Values, context: CliContext) {
  if (!['print0', 'format', 'exec'].some((flag) => flag in values)) return null
  const { eachResult, takeWish } = await import('./each/each-result.ts')
  const taken = takeWish(values, operation, context)
  if (!taken) return null
  const { rest, wish } = taken
  return { rest, run: (input: Input, session: Session) => eachResult({ input, operation, wish }, session) }
}

/** Extra behaviour of the command of one operation. The types of its input and output are not known here. */
interface Extras {
  touches?(input: Input, session: Session): Promise<string | null>
  watch?(input: Input, session: Session): Promise<number>
  notes?(session: Session): Promise<readonly string[]>
  exitCode?(output: unknown): number
}

type Input = Readonly<Record<string, unknown>>

interface Asked {
  readonly operation: ContractOp
  readonly input: Input
  readonly extras: Extras
}

async function confirmed({ extras, input, operation }: Asked, session: Session): Promise<void> {
  if (session.context.globals.yes || input.dryRun === true) return
  const touched = await extras.touches?.(input, session)
  if (touched !== null) await confirm(operation, { input, touched }, session)
}

/** Whether the operation had nothing to do and so queued no job. */
function isNothingToDo(output: unknown): boolean {
  return typeof output === 'object' && output !== null && Reflect.get(output, 'job') === null
}

/** Whether a user watches at a terminal: then a wait shows its progress. */
function isWatched({ globals, io }: CliContext): boolean {
  return io.err.animated && !globals.json && !globals.jsonl && !globals.quiet
}

/** The daemon's error about a field, rewritten for the flag or argument that the user typed. */
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

/** The typed values as the operation takes them: absolute paths, whole ids, words joined. */
async function inputOf(
  { cli, input, scope }: ContractOp,
  values: Values,
  session: Session,
): Promise<Record<string, unknown>> {
  const resolved: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(values)) {
    const isText = input.properties?.[field]?.type === 'string'
    const joined = isText && Array.isArray(value) ? value.join(' ') : value
    if (cli?.paths?.includes(field)) resolved[field] = eachText(joined, absolutePath)
    else if (cli?.contents?.includes(field))
      resolved[field] = eachText(joined, (text) => (isId(text) ? text : absolutePath(text)))
    else if (cli?.references?.includes(field)) {
      const files = scope === 'library' ? await filesAmong(joined, session) : new Set()
      resolved[field] = eachText(joined, (text) => (isPath(text) || files.has(text) ? absolutePath(text) : text))
    } else if (cli?.shortIds && Object.hasOwn(cli.shortIds, field) && typeof joined === 'string')
      resolved[field] = await wholeId(joined, cli.shortIds[field] as keyof Ops, session)
    else resolved[field] = joined
  }
  return resolved
}

/** The words that name a location or a file here, and that are no location. A location's name comes first. */
async function filesAmong(value: unknown, session: Session): Promise<ReadonlySet<string>> {
  const files = new Set([value].flat().filter((text) => typeof text === 'string' && existsSync(resolve(text))))
  if (files.size === 0) return new Set()
  const locations = (await session.call({ name: 'locations.list' }, {})) as OutputOf<'locations.list'>
  for (const { id, name } of locations) {
    files.delete(id)
    files.delete(name)
  }
  return files as ReadonlySet<string>
}

function eachText(value: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => eachText(item, change))
  return typeof value === 'string' ? change(value) : value
}

/** Whether a text is an id or the beginning of one, and no file is called so. */
function isId(text: string): boolean {
  return isWholeId(text) || (isPartialId(text) && !existsSync(resolve(text)))
}

function absolutePath(text: string): string {
  if (/^(base64:|(local|content|sidecar):\/\/)/.test(text)) return text
  const raw = rawArgument(text)
  if (typeof raw === 'string') return resolve(text)
  const absolute = raw[0] === SLASH ? raw : Buffer.concat([Buffer.from(`${process.cwd()}/`), raw])
  return `base64:${absolute.toString('base64')}`
}

const SLASH = 0x2f

/** The name of a location never starts like a path. A text with a slash is a path if such a file exists. */
function isPath(text: string): boolean {
  if (/^(\.{0,2}[/\\]|\.{1,2}$)/.test(text)) return true
  return /[/\\]/.test(text) && (existsSync(resolve(text)) || typeof rawArgument(text) !== 'string')
}

/** Most operations have worked when they answer; some answer a question. */
function exitCodeOfOutput(output: unknown, rules: NonNullable<ContractOp['cli']>['exit'] = {}): number {
  const counts = (field: string) => {
    const value: unknown = typeof output === 'object' && output !== null ? Reflect.get(output, field) : undefined
    return Array.isArray(value) ? value.length > 0 : value === true || (typeof value === 'number' && value > 0)
  }
  const { failedIf, failedUnless, partialIf } = rules
  if (failedIf !== undefined && counts(failedIf)) return exitCodes.failed
  if (failedUnless !== undefined && !counts(failedUnless)) return exitCodes.failed
  return partialIf !== undefined && counts(partialIf) ? exitCodes.partial : exitCodes.ok
}
