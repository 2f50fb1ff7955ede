import { ClientError, type OutputOf } from '@spacedrive/client'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { InterruptedError } from '../interrupted-error.ts'
import type { Screen } from '../io.ts'
import { printOutput } from '../print-output.ts'
import { openSession, type Session } from '../session.ts'
import { printable } from '../text/escape.ts'
import { formatNumber } from '../text/format.ts'
import { wrap } from '../text/wrap.ts'
import { UsageError } from '../usage-error.ts'

type Status = OutputOf<'pairing.status'>

/** The subcommand, given by words or by the flags that mean the same. */
type Wish =
  | { readonly what: 'generate' | 'status' | 'cancel' }
  | { readonly what: 'join'; readonly code: string }
  | { readonly what: 'confirm'; readonly number: string }

/** Pairs this device with another one. */
export async function pair(values: Values, context: CliContext): Promise<number> {
  const wish = wishOf(values)
  using session = await openSession(context)
  const autoAccept = values.autoAccept === true
  switch (wish.what) {
    case 'generate':
      return await generate(session, autoAccept)
    case 'join':
      return await join(session, {
        code: wish.code,
        autoAccept: autoAccept || context.globals.yes,
        ...(typeof values.address === 'string' ? { address: values.address } : {}),
      })
    case 'status':
      await printOutput('pairing.status', await session.query('pairing.status', {}), context)
      return exitCodes.ok
    case 'cancel':
      await printOutput('pairing.cancel', await session.action('pairing.cancel', {}), context)
      return exitCodes.ok
    case 'confirm':
      await printOutput('pairing.confirm', await session.action('pairing.confirm', { number: wish.number }), context)
      return exitCodes.ok
  }
}

function wishOf({ action, initiate, join: code, status, words }: Values): Wish {
  const rest = Array.isArray(words) ? words.join(' ').trim() : ''
  if (typeof code === 'string') return { what: 'join', code }
  if (initiate === true || action === 'generate') return { what: 'generate' }
  if (status === true || action === 'status') return { what: 'status' }
  if (action === 'cancel') return { what: 'cancel' }
  if (action === 'join' && rest !== '') return { what: 'join', code: rest }
  if (action === 'confirm' && rest !== '') return { what: 'confirm', number: rest }
  const missing: Readonly<Record<string, string>> = {
    join: 'the twelve words are missing',
    confirm: 'the number on the other screen is missing',
  }
  throw new UsageError(
    typeof action === 'string' ? missing[action]! : 'generate a code here, or join with the one of another device',
    { words: ['network', 'pair'] },
  )
}

async function generate(session: Session, autoAccept: boolean): Promise<number> {
  const { globals, io } = session.context
  const issued = await session.action('pairing.generate', { autoAccept })
  if (globals.json || globals.jsonl) {
    io.printJson(issued)
    return exitCodes.ok
  }
  if (hasRoomFor(issued.qr.text, io.out)) io.print(issued.qr.text)
  const line = `Pairing code: ${issued.code}`
  // Scripts look for this line, so only a terminal gets it wrapped: between words, so that a person can read them.
  io.print(io.out.isTTY ? wrap(line, io.out.width).join('\n') : line)
  const seconds = Math.round((Date.parse(issued.expiresAt) - Date.now()) / 1_000)
  io.note(
    `On the other device, within ${Math.round(seconds / 60)} minutes: \`spacedrive network pair join "<the words>"\``,
  )
  const [address] = issued.addresses
  if (address) io.note(`If it finds nobody with this code, add --address ${address} there.`)
  if (autoAccept) return exitCodes.ok
  const ended = await untilEnded(session, issued.session)
  if (ended.state === 'completed' && ended.device) {
    io.print(`Paired with ${printable(ended.device.name)}.`)
    if (ended.reason !== null) io.note(printable(ended.reason))
    return exitCodes.ok
  }
  const code = ended.state === 'expired' ? 'Timeout' : ended.state === 'cancelled' ? 'Cancelled' : 'Unavailable'
  throw new ClientError(code, ended.reason ?? `the pairing ended: ${ended.state}`)
}

/** The text below the QR code: the words and how to use them. */
const LINES_BELOW = 7

/** Words that a picture has pushed out of sight are worse than no picture. */
function hasRoomFor(qr: string, { height, isTTY, width }: Screen): boolean {
  const lines = qr.trimEnd().split('\n')
  return isTTY && lines.length + LINES_BELOW <= height && lines.every((line) => line.length <= width)
}

/** Waits for a pairing to end, and asks when a device is there. */
async function untilEnded(session: Session, id: string): Promise<Status> {
  const { interrupt, io } = session.context
  const end = Promise.withResolvers<Status>()
  const asker = new Asker(session)
  let attemptsLeft: number | null = null
  let hasEnded = false
  const see = (status: Status) => {
    // An answer may be older than the event about the end, although it is handled after it.
    if (status.session !== id || hasEnded) return
    if (attemptsLeft !== null && status.attemptsLeft !== null && status.attemptsLeft < attemptsLeft) {
      io.note(`A device could not prove the words; ${status.attemptsLeft} more may try.`)
    }
    attemptsLeft = status.attemptsLeft
    hasEnded = ['completed', 'failed', 'expired', 'cancelled'].includes(status.state)
    if (hasEnded) end.resolve(status)
    else asker.see(status).catch(end.reject)
  }
  const look = async () => see(await session.query('pairing.status', {}))
  const onInterrupt = () => end.reject(new InterruptedError('interrupted; the pairing code is no longer valid'))
  interrupt.signal.addEventListener('abort', onInterrupt, { once: true })
  void session.closed.then(() =>
    end.reject(new ClientError('Unavailable', 'the daemon has stopped; so has the pairing')),
  )
  try {
    using _events = await session.subscribe(
      ['pairing.changed'],
      (event) => void (event.type === 'pairing.changed' && see(event.data)),
      () => void look().catch(end.reject),
    )
    await look()
    io.note('Waiting for the other device; Ctrl-C cancels …')
    return await end.promise
  } catch (err) {
    if (err instanceof InterruptedError) await cancel(session)
    throw err
  } finally {
    asker.leave()
    interrupt.signal.removeEventListener('abort', onInterrupt)
  }
}

async function join(session: Session, input: { code: string; autoAccept: boolean; address?: string }): Promise<number> {
  const { context } = session
  const asker = new Asker(session)
  const failed = Promise.withResolvers<never>()
  using _events = await session.subscribe(['pairing.changed'], (event) => {
    if (event.type === 'pairing.changed' && event.data.role === 'joiner') asker.see(event.data).catch(failed.reject)
  })
  try {
    context.io.note('Looking for the device with this code …')
    const output = await Promise.race([session.action('pairing.join', input), failed.promise])
    await printOutput('pairing.join', output, context)
    return exitCodes.ok
  } catch (err) {
    if (err instanceof InterruptedError) await cancel(session)
    throw err
  } finally {
    asker.leave()
  }
}

/** Asks the person once, when both devices have proved themselves. */
class Asker {
  readonly #session: Session
  readonly #leaving = new AbortController()
  #hasAsked = false

  constructor(session: Session) {
    this.#session = session
  }

  /** Takes the question away. */
  leave(): void {
    this.#leaving.abort()
  }

  async see({ confirmed, device, number, state, unattended }: Status): Promise<void> {
    if (state !== 'awaiting-confirmation' || confirmed || this.#hasAsked || device === null || number === null) return
    this.#hasAsked = true
    const { context } = this.#session
    const name = `${printable(device.name)} (${printable(device.os)})`
    if (!context.io.canAsk) {
      // Only our own `--auto-accept` skips the comparison here, whatever the other side does.
      const where = unattended ? '; there, `spacedrive network pair status` shows it' : ''
      context.io.announce(
        `${name} has the words. Compare the number ${formatNumber(number)} with the one there${where}. If they are the same, run \`spacedrive network pair confirm ${number}\`. To pair without comparing, join with --auto-accept.`,
      )
      return
    }
    await this.#ask(name, { number, unattended })
    await this.#session.action('pairing.confirm', { number })
  }

  async #ask(name: string, { number, unattended }: { number: string; unattended: boolean }): Promise<void> {
    const { io, interrupt } = this.#session.context
    const prompts = await import('@clack/prompts')
    io.err.write(`\n${name} has the words.\n`)
    if (unattended)
      io.err.write(
        io.withTypedCommands(
          'Nobody is asked there (--auto-accept); `spacedrive network pair status` shows its number.\n',
        ),
      )
    const message = `Does ${name} show ${formatNumber(number)}? [y/N]`
    const signal = AbortSignal.any([interrupt.signal, this.#leaving.signal])
    const answer = await prompts.confirm({ message, initialValue: false, output: process.stderr, signal })
    if (this.#leaving.signal.aborted) return
    if (prompts.isCancel(answer) || !answer) throw new InterruptedError('no pairing was stored on either device')
  }
}

/** After Ctrl-C, too. */
async function cancel(session: Session): Promise<void> {
  await session.call({ name: 'pairing.cancel' }, {}, { signal: AbortSignal.timeout(CANCEL_MS) }).catch(() => {})
}

const CANCEL_MS = 5_000
