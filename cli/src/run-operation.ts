import { resolve } from 'node:path'
import type { Ops } from '@spacedrive/core/ops'
import type { Values } from './command-spec.ts'
import type { CliContext } from './context.ts'
import type { OutputOf } from '@spacedrive/client'
import type { ContractOp } from './contract.ts'
import { confirm } from './confirm.ts'
import { exitCodeOfJob, exitCodes } from './exit-codes.ts'
import { printOutput } from './print-output.ts'
import { type Session, openSession } from './session.ts'
import { isShortId } from './short-id.ts'

/** Runs the operation of a command: asks where it destroys, sends it, prints what came back, waits where that is wanted. */
export async function runOperation(operation: ContractOp, values: Values, context: CliContext): Promise<number> {
  using session = await openSession(context)
  const { wait, ...given } = values
  const input = await inputOf(operation, given, session)
  if (operation.cli?.confirm !== undefined) await confirm(operation, input, session)
  const output = await session.call(operation, input)
  if (wait === true) {
    const { waitForOutputJob } = await import('./live/wait-for-job.ts')
    return await waitForOutputJob(output, session)
  }
  await printOutput(operation.name, output, context)
  return exitCodeOfOutput(operation, output)
}

/** What a person typed as the operation takes it: absolute paths, whole ids, words joined. */
async function inputOf({ cli, input }: ContractOp, values: Values, session: Session): Promise<Record<string, unknown>> {
  const resolved: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(values)) {
    const isText = input.properties?.[field]?.type === 'string'
    const joined = isText && Array.isArray(value) ? value.join(' ') : value
    if (cli?.paths?.includes(field)) resolved[field] = eachText(joined, absolutePath)
    else if (cli?.references?.includes(field))
      resolved[field] = eachText(joined, (text) => (looksLikePath(text) ? resolve(text) : text))
    else if (field === 'job' && typeof joined === 'string') resolved[field] = await wholeJobId(joined, session)
    else resolved[field] = joined
  }
  return resolved
}

function eachText(value: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => eachText(item, change))
  return typeof value === 'string' ? change(value) : value
}

function absolutePath(text: string): string {
  return text.startsWith('base64:') ? text : resolve(text)
}

/** A location may have any name, but not one that begins like a path. */
function looksLikePath(text: string): boolean {
  return /^(\.{0,2}[/\\]|\.{1,2}$)/.test(text)
}

/** `job list` shows the end of an id; that is enough to name the job again. */
async function wholeJobId(text: string, session: Session): Promise<string> {
  if (!isShortId(text)) return text
  const jobs = await session.query('jobs.list', { limit: MAX_JOBS })
  const found = jobs.filter(({ id }) => id.endsWith(text.toLowerCase()))
  return found.length === 1 && found[0] ? found[0].id : text
}

/** As many as one call lists. */
const MAX_JOBS = 1_000

function exitCodeOfOutput({ name }: ContractOp, output: unknown): number {
  return answers[name]?.(output) ?? exitCodes.ok
}

/** Most operations have worked when they answer; these answer a question. */
const answers: Readonly<Partial<Record<keyof Ops, (output: unknown) => number>>> = {
  'indexing.verify': (output) =>
    (output as OutputOf<'indexing.verify'>).total === 0 ? exitCodes.ok : exitCodes.failed,
  'libraries.check': (output) => ((output as OutputOf<'libraries.check'>).ok ? exitCodes.ok : exitCodes.failed),
  'indexing.quickScan': (output) =>
    (output as OutputOf<'indexing.quickScan'>).warnings.length === 0 ? exitCodes.ok : exitCodes.partial,
  'jobs.wait': (output) => exitCodeOfJob(output as OutputOf<'jobs.wait'>),
}
