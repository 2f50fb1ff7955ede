import { resolve } from 'node:path'
import { ClientError, type OutputOf } from '@spacedrive/client'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { InterruptedError } from '../interrupted-error.ts'
import { LiveBlock } from '../live/live-block.ts'
import { openSession, type Session } from '../session.ts'
import { printable } from '../text/escape.ts'
import { formatBytes, plural } from '../text/format.ts'

type Offer = OutputOf<'offers.info'>

/** Events are the quick way to hear of an answer; asking is the sure one. */
const ASK_MS = 2_000

/** Offers files to a paired device, and waits until they are there or nobody wants them. */
export async function spacedrop(values: Values, context: CliContext): Promise<number> {
  const { globals, io } = context
  using session = await openSession(context)
  const paths = (Array.isArray(values.paths) ? values.paths : []).map((path) => resolve(String(path)))
  const sender = typeof values.sender === 'string' ? { sender: values.sender } : {}
  const sent = await session.action('offers.send', { device: String(values.device), paths, ...sender })
  const what = `${plural(sent.items, 'file')}, ${formatBytes(sent.bytes)}`
  io.note(`Offered to ${printable(sent.to.name)}: ${what}. Waiting for an answer; Ctrl-C takes it back …`)
  const ended = await follow(session, sent)
  if (globals.json || globals.jsonl) io.printJson(ended)
  if (ended.state !== 'completed') throw new ClientError(codes[ended.state] ?? 'Unavailable', sentence(ended))
  if (!globals.json && !globals.jsonl) io.print(sentence(ended))
  return exitCodes.ok
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
      return `${name} has ${plural(items, 'file')}, ${formatBytes(bytes)}${why}.`
    case 'declined':
      return `${name} declined${why}`
    case 'expired':
      return `nobody answered at ${name}; the offer is over`
    case 'cancelled':
      return `the transfer was cancelled at ${name}${why}`
    case 'withdrawn':
      return `the offer to ${name} was taken back`
    case 'failed':
    case 'waiting':
    case 'accepted':
      return `the files did not come to ${name}${why}`
  }
}

/** Resolves when the offer has come to its end. Ctrl-C takes it back. */
async function follow(session: Session, sent: Offer): Promise<Offer> {
  const { interrupt, io } = session.context
  const end = Promise.withResolvers<Offer>()
  using block = io.err.isTTY ? new LiveBlock(io.err) : null
  let accepted = false
  const see = (offer: Offer) => {
    if (offer.id !== sent.id) return
    if (offer.state === 'accepted') {
      if (!accepted) io.note(`${printable(offer.to.name)} accepted.`)
      accepted = true
      block?.draw([`  ${formatBytes(offer.bytesDone)} of ${formatBytes(offer.bytes)}`])
    } else if (offer.state !== 'waiting') end.resolve(offer)
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
    return await end.promise
  } catch (err) {
    if (interrupt.signal.aborted) {
      const signal = AbortSignal.timeout(WITHDRAW_MS)
      await session.call({ name: 'offers.withdraw' }, { id: sent.id }, { signal }).catch(() => {})
      throw new InterruptedError('interrupted; the offer was taken back')
    }
    throw err
  } finally {
    clearInterval(asking)
    interrupt.signal.removeEventListener('abort', onInterrupt)
  }
}

const WITHDRAW_MS = 5_000
