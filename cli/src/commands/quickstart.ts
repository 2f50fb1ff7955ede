import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { JobDetails, Library, Location } from '@spacedrive/core/domain'
import { CoreError, systemCode } from '@spacedrive/core/errors'
import { shellWord } from '@spacedrive/core/shell-word'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import type { OutputOf } from '@spacedrive/client'
import { exitCodeOfJob, exitCodes } from '../exit-codes.ts'
import { InterruptedError } from '../interrupted-error.ts'
import { followJob, type FollowOptions } from '../live/follow-job.ts'
import { isOver } from '../live/job-tracker.ts'
import { indexOutputOf, indexSummary } from '../live/index-summary.ts'
import { sidecarLines, type SidecarTotals, sidecarTotals } from '../live/sidecar-summary.ts'
import { failureLines } from '../live/wait-for-job.ts'
import { httpPortOf } from './daemon.ts'
import { takenPortSentence } from '../render/taken-port.ts'
import { type Session, openSession, stopDaemonOf } from '../session.ts'
import { subjectNames, subjectOf } from '../subject-names.ts'
import { printable } from '../text/escape.ts'
import { formatBytes, formatCount, plural } from '../text/format.ts'
import { wrap } from '../text/wrap.ts'

const SIDECARS_JOB = 'sidecars.generate'

/** The library that is made where there is none. */
const FIRST_LIBRARY = 'My Library'

/** Adds a folder to a library and indexes it, in one command. */
export async function quickstart(values: Values, context: CliContext): Promise<number> {
  const path = typeof values.path === 'string' ? await existingFolder(values.path) : await workingFolder(context)
  using session = await openSession(context, { httpPort: httpPortOf(values) })
  const once = values.once === true
  try {
    return await indexAndSay({ path, mode: values.mode as Location['mode'] | undefined, once }, session)
  } finally {
    if (once && session.startedDaemon) await stopDaemonOf(context)
  }
}

interface Wanted {
  readonly path: string
  /** Undefined: the mode of the existing location, else the default mode. */
  readonly mode: Location['mode'] | undefined
  readonly once: boolean
}

async function indexAndSay(wanted: Wanted, session: Session): Promise<number> {
  const { globals, io } = session.context
  const library = await currentLibrary(session)
  await sayWhereToLook(wanted, session)
  const { job: queued, location } = await indexFolder(wanted, session)
  const title = `Indexing ${printable(location.path)} into ${printable(library.name)}`
  const stops = wanted.once && session.startedDaemon
  const how = {
    whenLeft: stops ? 'run the same command again to go on where it stopped' : GOES_ON,
    maxWaitMs: wanted.once ? MAX_WAIT_MS : undefined,
  }
  const wording = { style: io.out.style, withTypedCommands: io.withTypedCommands }
  const since = Date.now()
  const job = await followJob(session, { jobId: queued.id, title, ...how })
  const { sidecarsMs, stuck } = isOver(job) ? await followRest(wanted, session, how) : { sidecarsMs: 0, stuck: job }
  const summary = await summarise({ library, locationId: location.id, job, since, sidecarsMs }, session)
  if (globals.json || globals.jsonl) io.printJson(summary)
  else
    io.print(
      [...summaryLines(summary, job, session), ...(job.status === 'completed' ? sidecarLines(summary, wording) : [])]
        .flatMap((line) => wrap(line, io.out.width))
        .join('\n'),
    )
  if (!wanted.once) sayWhatNext(summary, session)
  if (stuck) {
    io.note(
      `${printable(stuck.name)} is ${printable(stuck.waiting ?? 'waiting')}. The same command goes on from there.`,
    )
    return exitCodes.partial
  }
  const code = exitCodeOfJob(job)
  const isPartial = code === exitCodes.partial || (code === exitCodes.ok && summary.sidecars.failed > 0)
  if (isPartial && !globals.json && !globals.jsonl) io.note(PARTIAL)
  return isPartial ? exitCodes.partial : code
}

/** Why the exit code is not 0 although the folder is indexed. */
const PARTIAL =
  'Exit code 5: everything is indexed except what failed for the files above. `spacedrive sidecar pending --failed` and `spacedrive job list` show them all.'

/** After Ctrl-C. */
const GOES_ON = 'the daemon goes on in the background: `spacedrive monitor` shows its work, `spacedrive stop` ends it'

/** Before the first file is read, so that nobody waits for the end to look. */
async function sayWhereToLook({ once }: Wanted, session: Session): Promise<void> {
  const { globals, io } = session.context
  const status = await session.query('system.status', {})
  const { explorer } = status
  if (explorer === null || once || globals.json || globals.jsonl || globals.quiet) return
  const taken = takenPortSentence(status)
  if (taken !== null) io.note(taken)
  if (!io.err.isTTY) return io.note(`The explorer is at ${explorer}; \`spacedrive open\` opens it.`)
  // A person can click it. In a pipe, it could end in a log.
  const { url } = await session.action('explorer.link', { to: '/', program: io.program })
  io.note(`See your files in a browser: ${url}`)
  io.note(io.err.style('dim', 'The link signs in once, within two minutes. Later, run `spacedrive open`.'))
}

/** `--once` ends when a job waits longer than this and makes no progress; in milliseconds. */
const MAX_WAIT_MS = 15_000

/** The working directory. A person is asked before: it may be a home folder or a whole disk. */
async function workingFolder({ globals, interrupt, io }: CliContext): Promise<string> {
  const path = process.cwd()
  if (globals.yes || !io.canAsk) return path
  const prompts = await import('@clack/prompts')
  const answer = await prompts.confirm({
    message: `Index the working directory, ${printable(path)}? [y/N]`,
    initialValue: false,
    output: process.stderr,
    signal: interrupt.signal,
  })
  if (prompts.isCancel(answer)) throw new InterruptedError('interrupted; nothing was changed')
  if (!answer)
    throw new CoreError(
      'NeedsConfirmation',
      'nothing was changed; name the folder to index: `spacedrive quickstart <folder>`',
    )
  return path
}

/** Checked here, so that a mistyped path starts no daemon and makes no library. */
async function existingFolder(typed: string): Promise<string> {
  const path = resolve(typed)
  try {
    if (!(await stat(path)).isDirectory()) throw new CoreError('InvalidInput', `${path} is not a folder`)
    return path
  } catch (err) {
    if (systemCode(err) === 'ENOENT') throw new CoreError('NotFound', `there is no folder ${path}`, { cause: err })
    if (systemCode(err) === 'EACCES')
      throw new CoreError('PermissionDenied', `cannot read ${path}: permission denied`, { cause: err })
    throw err
  }
}

async function currentLibrary(session: Session): Promise<Library> {
  const libraries = await session.query('libraries.list', {})
  const wanted = session.context.globals.library
  if (wanted !== undefined) {
    const named = libraries.find(({ id, name }) => id === wanted || name === wanted)
    if (!named) throw new CoreError('NotFound', `there is no library "${wanted}"`)
    return named
  }
  const current = libraries.find((library) => library.current)
  if (current) return current
  const usable = libraries.find((library) => library.error === null)
  if (usable) return session.action('libraries.switch', { library: usable.id })
  return session.action('libraries.create', { name: FIRST_LIBRARY })
}

async function indexFolder(
  { mode, path }: Wanted,
  session: Session,
): Promise<{ location: Location; job: { id: string } }> {
  const real = await realpath(path)
  const locations = await session.query('locations.list', {})
  const known = locations.find((location) => location.path === path || location.path === real)
  if (!known) return session.action('locations.add', { path, mode })
  if (mode !== undefined && mode !== known.mode) await session.action('locations.update', { location: known.id, mode })
  if (mode === undefined && known.mode !== 'deep')
    session.context.io.note(
      `Only ${known.mode === 'shallow' ? 'names, sizes and times' : 'names and contents'} are read here; \`spacedrive location update ${shellWord(printable(known.path))} --mode deep\` also reads when and where photos were taken.`,
    )
  return session.action('locations.rescan', { location: known.id })
}

/**
 * Follows the jobs that the first job has started, or that were waiting: with --once all of them, else only sidecar jobs.
 * Returns how long that took, in milliseconds, and the job that waits in vain.
 */
async function followRest(
  { once }: Wanted,
  session: Session,
  how: Pick<FollowOptions, 'maxWaitMs' | 'whenLeft'>,
): Promise<{ sidecarsMs: number; stuck: JobDetails | null }> {
  for (let sidecarsMs = 0; ;) {
    const jobs = await session.query('jobs.list', {})
    const [next] = jobs.filter(
      ({ name, status }) => (status === 'running' || status === 'queued') && (once || name === SIDECARS_JOB),
    )
    if (!next) return { sidecarsMs, stuck: null }
    const isSidecars = next.name === SIDECARS_JOB
    const about = subjectOf(next, await subjectNames(session))
    const title = isSidecars ? 'Making sidecars' : [printable(next.name), about].filter(Boolean).join(' · ')
    const followed = await followJob(session, { jobId: next.id, title, ...how })
    if (!isOver(followed)) return { sidecarsMs, stuck: followed }
    const { endedAt, startedAt } = followed
    if (isSidecars && startedAt !== null && endedAt !== null) sidecarsMs += Date.parse(endedAt) - Date.parse(startedAt)
  }
}

/** The output of `quickstart --json`. */
interface Summary {
  readonly library: Pick<Library, 'id' | 'name' | 'path'>
  readonly location: Pick<Location, 'id' | 'path' | 'state'>
  readonly counts: {
    readonly files: number
    readonly directories: number
    readonly symlinks: number
    readonly bytes: number
    readonly contents: number
    readonly duplicateFiles: number
    readonly reclaimableBytes: number
    /** They share one content, and are no duplicates. */
    readonly emptyFiles: number
  }
  readonly sidecars: SidecarTotals
  /** Kinds that this device cannot generate, with the reason. */
  readonly skips: OutputOf<'locations.summary'>['skips']
  readonly slowest: OutputOf<'locations.summary'>['slowest']
  /** Work that waits for disk space, power or an idle machine, and kinds that this device cannot generate, with the reason. */
  readonly held: OutputOf<'locations.summary'>['held']
  readonly off: OutputOf<'locations.summary'>['off']
  readonly failures: readonly {
    readonly path: string | null
    /** The phase of the job in which the failure occurred, or `sidecars`. */
    readonly stage: string
    readonly code: string
    readonly message: string
  }[]
  readonly seconds: {
    readonly discover: number
    readonly process: number
    readonly aggregate: number
    readonly identify: number
    readonly sidecars: number
    readonly total: number
  }
  /** Its address; null where none is served. */
  readonly explorer: string | null
}

interface Facts {
  readonly library: Library
  readonly locationId: string
  readonly job: JobDetails
  /** When this command began, in milliseconds since 1970. */
  readonly since: number
  readonly sidecarsMs: number
}

async function summarise({ job, library, locationId, sidecarsMs, since }: Facts, session: Session): Promise<Summary> {
  const location = await session.query('locations.info', { location: locationId })
  const counts = await session.query('locations.summary', { location: locationId, since })
  const { seconds } = indexOutputOf(job)
  return {
    library: { id: library.id, name: library.name, path: library.path },
    location: { id: location.id, path: location.path, state: location.state },
    counts: {
      files: location.counts.files,
      directories: location.counts.directories,
      symlinks: location.counts.symlinks,
      bytes: location.counts.bytes,
      contents: counts.contents,
      duplicateFiles: counts.duplicateFiles,
      reclaimableBytes: counts.reclaimableBytes,
      emptyFiles: counts.emptyFiles,
    },
    sidecars: sidecarTotals(counts),
    failures: [
      ...job.warningList.map(({ code, message, path, phase }) => ({ path, stage: phase, code, message })),
      ...counts.failures.map(({ code, kind, message, path }) => ({ path, stage: 'sidecars', kind, code, message })),
    ],
    skips: counts.skips,
    slowest: counts.slowest,
    held: counts.held,
    off: counts.off,
    seconds: {
      discover: toMilliseconds(seconds.discover),
      process: toMilliseconds(seconds.process),
      aggregate: toMilliseconds(seconds.aggregate),
      identify: toMilliseconds(seconds.identify),
      sidecars: toMilliseconds(sidecarsMs / 1_000),
      total: toMilliseconds(seconds.total),
    },
    explorer: (await session.query('system.status', {})).explorer,
  }
}

/** Seconds with three decimals; more decimals are noise. */
function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000
}

function summaryLines({ counts, location }: Summary, job: JobDetails, { context: { io } }: Session): string[] {
  const {
    out: { style },
    withTypedCommands,
  } = io
  if (job.status !== 'completed')
    return [
      style(
        'bad',
        `Indexing ${printable(location.path)}: ${job.status}${job.error === null ? '' : `: ${printable(job.error.message)}`}`,
      ),
    ]
  const duplicates =
    counts.duplicateFiles === 0
      ? 'no duplicates'
      : `${plural(counts.duplicateFiles, 'duplicate')} (${formatBytes(counts.reclaimableBytes)} reclaimable)`
  const empty = counts.emptyFiles > 1 ? `; its ${formatCount(counts.emptyFiles)} empty files count as one content` : ''
  return [
    `${style('good', 'Indexed')} ${printable(location.path)}: ${indexSummary(job)}.`,
    ...(counts.contents > 0
      ? [`It holds ${plural(counts.contents, 'different content')}, ${duplicates}${empty}.`]
      : []),
    ...(job.warnings > 0 ? failureLines(job, { style, withTypedCommands }) : []),
  ]
}

function sayWhatNext({ explorer, location }: Summary, { context }: Session): void {
  const { io } = context
  const command = (words: string) => `  ${io.err.style('accent', `${io.program} ${words}`)}`
  io.note(
    [
      '',
      'The daemon goes on watching the folder. Next:',
      ...(explorer === null ? [] : [`${command('open')}  shows it in a browser, at ${explorer}`]),
      command('search <words>'),
      command(`ls ${shellWord(printable(location.path))}`),
      command('file duplicates'),
      command('monitor'),
      command('stop'),
    ].join('\n'),
  )
}
