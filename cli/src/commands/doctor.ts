import { writeFile } from 'node:fs/promises'
import { arch, hostname, platform, release, userInfo } from 'node:os'
import { resolve } from 'node:path'
import { programVersion } from '@spacedrive/client/node'
import { CoreError, errorMessage, systemReason } from '@spacedrive/core/errors'
import { packBundle } from '../bundle/pack-bundle.ts'
import { redact } from '../bundle/redact.ts'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import type { OutputOf } from '@spacedrive/client'
import { exitCodes } from '../exit-codes.ts'
import { printOutput } from '../print-output.ts'
import { readLogTail } from '../log-tail.ts'
import { takenPortSentence } from '../render/taken-port.ts'
import { type Session, openSession } from '../session.ts'
import { homeFolder } from '@spacedrive/core/home-folder'

type Report = OutputOf<'system.doctor'>

/** How much of the log a bug report carries. */
const BUNDLED_LOG_LINES = 500

/** Prints the problems that the daemon finds, or why no daemon answers. Exit 1 if there is an error. */
export async function doctor(values: Values, context: CliContext): Promise<number> {
  const { report, facts } = await examine(context)
  await printOutput('system.doctor', report, context)
  if (typeof values.bundle === 'string') {
    const file = resolve(values.bundle)
    await writeBundle(file, { report, facts, context })
    context.io.note(`Wrote ${file}. It names no file and no person; look into it before you send it.`)
  }
  return report.ok ? exitCodes.ok : exitCodes.failed
}

/** The other files of a bundle, besides the report. */
type Facts = Readonly<Record<string, unknown>>

async function examine(context: CliContext): Promise<{ report: Report; facts: Facts }> {
  let session: Session
  try {
    session = await openSession(context)
  } catch (err) {
    const check = {
      name: 'daemon',
      state: 'error',
      detail: errorMessage(err),
      fix: 'spacedrive start --foreground -v',
    } as const
    return { report: { ok: false, checks: [check], engines: [] }, facts: {} }
  }
  using open = session
  const report = await open.query('system.doctor', {})
  const [status, config] = await Promise.all([open.query('system.status', {}), open.query('config.get', {})])
  const daemon = {
    name: 'daemon',
    state: 'ok',
    detail: `version ${status.version} answers, process ${status.pid}`,
    fix: null,
  } as const
  const taken = takenPortSentence(status)
  const port = taken === null ? [] : [{ name: 'port of the explorer', state: 'ok', detail: taken, fix: null } as const]
  return { report: { ...report, checks: [daemon, ...port, ...report.checks] }, facts: { status, config } }
}

interface BundleParts {
  readonly report: Report
  readonly facts: Facts
  readonly context: CliContext
}

async function writeBundle(file: string, { context, facts, report }: BundleParts): Promise<void> {
  const { lines } = await readLogTail(context, BUNDLED_LOG_LINES)
  const versions = {
    spacedrive: programVersion(),
    node: process.version,
    platform: platform(),
    release: release(),
    arch: arch(),
  }
  const parts: Facts = { versions, doctor: report, ...facts }
  const who = { home: homeFolder(), names: [hostname(), ...userNames()] }
  const reports = Object.entries(parts).map(
    ([name, value]) => [`${name}.json`, JSON.stringify(value, null, 2)] as const,
  )
  const texts = [...reports, ['daemon.log', lines.join('\n')] as const]
  const redacted = Object.fromEntries(texts.map(([name, text]) => [name, redact(text, who)]))
  const archive = await packBundle(redacted, new Date())
  await writeFile(file, archive, { mode: 0o600 }).catch((err: unknown) => {
    throw new CoreError('PermissionDenied', `${file} cannot be written: ${systemReason(errorMessage(err))}`, {
      cause: err,
    })
  })
}

/** A user id without an account has no name. */
function userNames(): string[] {
  try {
    return [userInfo().username]
  } catch {
    return []
  }
}
