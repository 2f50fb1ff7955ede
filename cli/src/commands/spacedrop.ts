import { resolve } from 'node:path'
import { ClientError, type OutputOf } from '@spacedrive/client'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { InterruptedError } from '../interrupted-error.ts'
import { LiveBlock } from '../live/live-block.ts'
import { openSession, type Session } from '../session.ts'
import { printable } from '../text/escape.ts'
import { formatBytes, formatNumber, plural } from '../text/format.ts'

type Offer = OutputOf<'offers.info'>

/** Events are the quick way to hear of an answer; asking is the sure one. */
const ASK_MS = 2_000

/** Offers files to a device, and waits until they have arrived or the offer has ended. */
export async function spacedrop(values: Values, context: CliContext): Promise<number> {
  const { globals, io } = context
  using session = await openSession(context)
  const paths = (Array.isArray(values.paths) ? values.paths : []).map((path) => resolve(String(path)))
  const sender = typeof values.sender === 'string' ? { sender: values.sender } : {}
  const nearby = values.nearby === true
  const sent = await session.action('offers.send', { device: String(values.device), paths, nearby, ...sender })
  if (sent.number === null) noteOffered(sent, context)
  const ended = await follow(session, sent)
  if (globals.json || globals.jsonl) io.printJson(ended)
  if (ended.state !== 'completed') throw new ClientError(codes[ended.state] ?? 'Unavailable', sentence(ended))
  if (!globals.json && !globals.jsonl) io.print(sentence(ended))
  if (ended.reason === null && ended.failures.length === 0) return exitCodes.ok
  for (const { message, path } of ended.failures) io.note(`${printable(path)}: ${printable(message)}`)
  return exitCodes.partial
}

function noteOffered({ bytes, items, reason, to }: Offer, { io }: CliContext): void {
  const what = `${plural(items, 'file')}, ${formatBytes(bytes)}`
  if (reason !== null) io.note(`${printable(reason)}.`)
  io.note(`Offered to ${printable(to.name)}: ${what}. Waiting for an answer; Ctrl-C takes it back …`)
}

const codes: Partial<Record<Offer['state'], 'NotAuthorised' | 'Timeout' | 'Cancelled'>> = {
  declined: 'NotAuthorised',
  expired: 'Timeout',
  cancelled: 'Cancelled',
  withdrawn: 'Cancelled',
}

function sentence({ bytes, items, reason, state, to }: Offer): string {
  const name = printable(to.name)
  const why = reason === null ? '' : `: ${printable(reason)}`
  switch (state) {
    case 'completed':
      return reason === null
        ? `${name} has ${plural(items, 'file')}, ${formatBytes(bytes)}.`
        : `${name} has part of ${plural(items, 'file')}${why}.`
    case 'declined':
      return `${name} declined${why}`
    case 'expired':
      return `nobody answered at ${name}; the offer is over`
    case 'cancelled':
      return `the transfer was cancelled at ${name}${why}`
    case 'withdrawn':
      return `the offer to ${name} was taken back`
    case 'failed':
    case 'comparing':
    case 'waiting':
    case 'accepted':
      return `the files did not come to ${name}${why}`
  }
}

/** Resolves when the offer has come to its end. Ctrl-C takes it back. */
async function follow(session: Session, sent: Offer): Promise<Offer> {
  const { interrupt, io } = session.context
  const end = Promise.withResolvers<Offer>()
  /** Takes the question away. */
  const over = new AbortController()
  using block = io.err.isTTY ? new LiveBlock(io.err) : null
  let accepted = false
  let isComparing = sent.state === 'comparing'
  const see = (offer: Offer) => {
    if (offer.id !== sent.id) return
    if (isComparing && offer.state === 'waiting') {
      isComparing = false
      noteOffered(offer, session.context)
    }
    if (offer.state === 'accepted') {
      if (!accepted) io.note(`${printable(offer.to.name)} accepted.`)
      accepted = true
      block?.draw([`  ${formatBytes(offer.bytesDone)} of ${formatBytes(offer.bytes)}`])
    } else if (offer.state !== 'waiting' && offer.state !== 'comparing') end.resolve(offer)
  }
  const ask = async () => see(await session.query('offers.info', { id: sent.id }))
  const fail = (err: unknown) => end.reject(err)
  const asking = setInterval(() => void ask().catch(fail), ASK_MS)
  const onInterrupt = () => end.reject(new InterruptedError('interrupted; the offer was taken back'))
  interrupt.signal.addEventListener('abort', onInterrupt, { once: true })
  void session.closed.then(() =>
    end.reject(new ClientError('Unavailable', 'the daemon has stopped; the offer stays until its time is over')),
  )
  try {
    using _events = await session.subscribe(
      ['offer.changed'],
      (event) => void (event.type === 'offer.changed' && see(event.data)),
      () => void ask().catch(fail),
    )
    await ask()
    if (isComparing) compare(session, sent, over.signal).catch(fail)
    return await end.promise
  } catch (err) {
    if (interrupt.signal.aborted) {
      const signal = AbortSignal.timeout(WITHDRAW_MS)
      await session.call({ name: 'offers.withdraw' }, { id: sent.id }, { signal }).catch(() => {})
      throw new InterruptedError('interrupted; the offer was taken back')
    }
    throw err
  } finally {
    over.abort()
    clearInterval(asking)
    interrupt.signal.removeEventListener('abort', onInterrupt)
  }
}

const WITHDRAW_MS = 5_000

/** Asks the user whether both screens show the same number. Without a terminal, prints the command that confirms it. */
async function compare(session: Session, { id, number, to }: Offer, over: AbortSignal): Promise<void> {
  const { interrupt, io } = session.context
  const name = printable(to.name)
  if (!io.canAsk) {
    io.announce(
      `${name} is there, and shows ${formatNumber(number!)}. If it does, run \`spacedrive network offers confirm ${id} ${number}\`.`,
    )
    return
  }
  const prompts = await import('@clack/prompts')
  const message = `Does ${name} show ${formatNumber(number!)}? [y/N]`
  const signal = AbortSignal.any([interrupt.signal, over])
  const answer = await prompts.confirm({ message, initialValue: false, output: process.stderr, signal })
  if (over.aborted) return
  if (!prompts.isCancel(answer) && answer) await session.action('offers.confirm', { id, number: number! })
  else await session.action('offers.withdraw', { id })
}
