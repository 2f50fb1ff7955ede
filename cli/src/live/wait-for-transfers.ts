import type { ErrorCode } from '@spacedrive/core/errors'
import type { OutputOf } from '@spacedrive/client'
import { exitCodeOf, exitCodes } from '../exit-codes.ts'
import { InterruptedError } from '../interrupted-error.ts'
import { amount, pace, type Transfer, transferTones } from '../render/transfers.ts'
import type { Session } from '../session.ts'
import { untilEnded } from './until-ended.ts'
import { shortId } from '../short-id.ts'
import { printable } from '../text/escape.ts'
import { plural } from '../text/format.ts'
import { fixedWidth } from '../text/shorten.ts'
import { wrap } from '../text/wrap.ts'
import { LiveBlock } from './live-block.ts'
import { progressBar } from './job-progress.ts'

/** The block is drawn this often. */
const DRAW_MS = 100
/** In a pipe a line a second is enough to see that it lives. */
const STEP_MS = 1_000
/** More at once are counted, not shown. */
const MAX_SHOWN = 6

/** `--wait`: shows the progress of transfers until they have ended or are paused, then their results. */
export async function waitForTransfers(output: unknown, session: Session): Promise<number> {
  const { transfers: several } = output as Partial<OutputOf<'files.fetch'>>
  const begun = several ?? [output as OutputOf<'transfers.resume'>]
  const transfers = await follow(session, begun)
  const { globals, io } = session.context
  if (globals.json || globals.jsonl) {
    if (several) io.printJson({ transfers })
    else io.printJson(transfers[0])
  } else io.print(transfers.flatMap((transfer) => wrap(endLine(transfer, session), io.out.width)).join('\n'))
  for (const { failures, notes } of transfers) {
    for (const { message, path } of [...failures, ...notes]) io.note(`${printable(path)}: ${printable(message)}`)
  }
  return exitCodeOfTransfers(transfers)
}

/** The worst result decides: a failure, else a pause or a cancellation, else files that are missing or left out. */
function exitCodeOfTransfers(transfers: readonly Transfer[]): number {
  const failed = transfers.find(({ state }) => state === 'failed')
  if (failed) return exitCodeOf((failed.error?.code ?? 'Internal') as ErrorCode)
  if (transfers.some(({ state }) => state !== 'completed')) return exitCodes.failed
  const isPartial = transfers.some((transfer) => transfer.failed + transfer.leftOut > 0)
  return isPartial ? exitCodes.partial : exitCodes.ok
}

function endLine(transfer: Transfer, { context: { io } }: Session): string {
  const { error, failed, files, folder, id, leftOut, state, title } = transfer
  const { style } = io.out
  if (state !== 'completed') {
    const reason = error === null ? '' : `: ${printable(error.message)}`
    return style(transferTones[state], `${printable(title)}: ${state}${reason}`)
  }
  const missing = [
    failed === 0 ? '' : `; ${plural(failed, 'file')} could not be had`,
    leftOut === 0 ? '' : `; ${plural(leftOut, 'file or folder', 'files and folders')} left out`,
  ].join('')
  const advice = missing === '' ? '' : style('warn', `${missing}: network transfer info ${id}`)
  return `${printable(title)}: ${plural(files.done, 'file')}, ${amount(transfer)} in ${printable(folder ?? '')}${advice}`
}

async function follow(session: Session, begun: readonly Transfer[]): Promise<Transfer[]> {
  const known = new Map(begun.map((transfer) => [transfer.id, transfer]))
  const ended = Promise.withResolvers<void>()
  using progress = showProgress(session, known)
  const see = (transfer: Transfer) => {
    const before = known.get(transfer.id)
    // An answer may be older than the event about the end, although it is handled after it.
    if (!before || (isOver(before) && !isOver(transfer))) return
    known.set(transfer.id, transfer)
    progress.changed(transfer)
    if ([...known.values()].every(isOver)) ended.resolve()
  }
  const left = () => {
    const [first] = begun
    return new InterruptedError(
      `interrupted; the transfer goes on; \`spacedrive network transfer cancel ${first!.id}\` stops it`,
    )
  }
  using _events = await session.subscribe(['transfer.changed'], (event) => {
    if (event.type === 'transfer.changed') see(event.data)
  })
  const ask = async () => {
    for (const { id } of begun) see(await session.query('transfers.info', { transfer: id }))
  }
  await untilEnded(session, { ended, ask, left })
  progress.finish()
  return [...known.values()]
}

function isOver({ endedAt, state }: Transfer): boolean {
  return endedAt !== null || state === 'paused'
}

interface Progress extends Disposable {
  changed(transfer: Transfer): void
  finish(): void
}

function showProgress(session: Session, known: ReadonlyMap<string, Transfer>): Progress {
  const { globals, io } = session.context
  if (globals.quiet) return { changed: () => {}, finish: () => {}, [Symbol.dispose]: () => {} }
  return io.err.animated && !globals.json && !globals.jsonl ? liveProgress(session, known) : steps(session)
}

function liveProgress({ context: { io } }: Session, known: ReadonlyMap<string, Transfer>): Progress {
  const block = new LiveBlock(io.err)
  const draw = () => {
    const on = [...known.values()].filter((transfer) => !isOver(transfer))
    const rest = on.length - MAX_SHOWN
    block.draw([
      ...on.slice(0, MAX_SHOWN).map((transfer) => progressLine(transfer, io.err)),
      ...(rest > 0 ? [io.err.style('dim', `… and ${plural(rest, 'other')}`)] : []),
    ])
  }
  const timer = setInterval(draw, DRAW_MS)
  return {
    changed: () => {},
    finish: () => block.clear(),
    [Symbol.dispose]: () => {
      clearInterval(timer)
      block[Symbol.dispose]()
    },
  }
}

const NAME_WIDTH = 20
const BAR_WIDTH = 20

/** `trip  ━━━━━━  1.2 GB of 3.4 GB, 5.1 MB/s, 12 s left, over tcp` */
function progressLine(transfer: Transfer, { style }: Session['context']['io']['err']): string {
  const { bytes, device, state, title } = transfer
  const name = fixedWidth(printable(title), NAME_WIDTH)
  if (state === 'waiting') return `${name} ${style('dim', `waits for ${printable(device.name)}`)}`
  const share = bytes.total ? bytes.done / bytes.total : 0
  return `${name} ${style('accent', progressBar(share, BAR_WIDTH))} ${[amount(transfer), pace(transfer)].filter(Boolean).join(', ')}`
}

/** One JSON line a step: another state, a second gone by. */
function steps({ context: { io } }: Session): Progress {
  const last = new Map<string, { readonly state: string; readonly at: number }>()
  return {
    changed: (transfer) => {
      const { bytes, etaMs, files, id, rate, state, via } = transfer
      const before = last.get(id)
      if (before?.state === state && (Date.now() - before.at < STEP_MS || isOver(transfer))) return
      last.set(id, { state, at: Date.now() })
      const step = { transfer: shortId(id), state, files, bytes, rate, etaMs, via, failed: transfer.failed }
      io.err.write(`${JSON.stringify(step)}\n`)
    },
    finish: () => {},
    [Symbol.dispose]: () => {},
  }
}
