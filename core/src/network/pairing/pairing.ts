import type { PairingStatus } from '../../domain/pairing.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { DialHints } from '../transport/transport.ts'
import type { Paired, PairingDeps } from './deps.ts'
import { formatInvitation, parseInvitation } from './invitation.ts'
import { Inviter } from './inviter.ts'
import { joinWithCode } from './joiner.ts'
import { codeOf, deriveCode, ENTROPY_BYTES, parseCode } from './pairing-code.ts'
import { drawQr } from './qr.ts'
import { RefusedError } from './refusal.ts'
import { ExpiredError, idleStatus, PairingSession } from './session.ts'
import type { Role } from './transcript.ts'

export interface IssuedCode {
  readonly session: string
  /** Twelve words, separated by spaces. */
  readonly words: string
  /** The text of the QR code. */
  readonly invitation: string
  readonly qr: { readonly svg: string; readonly text: string }
  /** The addresses of the endpoint for this code. */
  readonly addresses: readonly string[]
  readonly expiresAt: string
}

export interface JoinInput {
  /** Twelve words, or the text of a QR code. */
  readonly code: string
  /** The address of the other device, if the user gave one: `192.168.1.5:4433`. */
  readonly address?: string | undefined
  readonly autoAccept: boolean
}

/** Pairs this device with others, one pairing at a time. */
export class Pairing implements AsyncDisposable {
  readonly #deps: PairingDeps
  #session: PairingSession | null = null
  #running: Promise<unknown> = Promise.resolve()

  constructor(deps: PairingDeps) {
    this.#deps = deps
  }

  status(): PairingStatus {
    return this.#session?.status ?? idleStatus
  }

  /**
   * Makes a code and waits in the background for a device that has it. An older code that is still unused is cancelled.
   * Throws `Offline` while networking is off, `Conflict` while another pairing is running, and `Unavailable` if no
   * endpoint can be opened.
   */
  async generate({ autoAccept }: { autoAccept: boolean }): Promise<IssuedCode> {
    const deps = this.#deps
    const entropy = deps.randomBytes(ENTROPY_BYTES)
    const code = deriveCode(entropy)
    const session = await this.#begin('inviter', { id: code.session, autoAccept })
    const opening = Inviter.open({ code, session, autoAccept, deps })
    const running = this.#settle(
      session,
      opening.then((opened) => opened.run()),
    )
    this.#running = running.catch(() => {})
    const inviter = await opening
    const words = codeOf(entropy)
    const addresses = inviter.transport.addresses()
    deps.log.info({ session: session.status.session, addresses, autoAccept }, 'a pairing code waits for a device')
    const invitation = formatInvitation({ words, addresses, relay: inviter.transport.relay() ?? deps.relay() })
    return {
      session: session.status.session!,
      words,
      invitation,
      qr: drawQr(invitation),
      addresses,
      expiresAt: session.status.expiresAt!,
    }
  }

  /**
   * Pairs with the device that shows the code; resolves when both have stored each other. Throws `InvalidInput` if the
   * words are not a code, `Offline` if no device answers, `NotAuthorised`, `Conflict`, `Timeout` or `Cancelled`.
   */
  async join({ address, autoAccept, code: text }: JoinInput, signal: AbortSignal): Promise<Paired['device']> {
    signal.throwIfAborted()
    const invitation = parseInvitation(text)
    const code = deriveCode(parseCode(invitation.words))
    const session = await this.#begin('joiner', { id: code.session, autoAccept })
    const cancel = () => session.cancel()
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    try {
      const known = this.#waysTo(
        [...(address === undefined ? [] : [address]), ...invitation.addresses],
        invitation.relay,
      )
      const joining = this.#settle(session, joinWithCode({ code, known, session, autoAccept, deps: this.#deps }))
      this.#running = joining.catch(() => {})
      return (await joining).device
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }

  /**
   * Call it when the user has compared the number. Throws `Conflict` if no device waits, `InvalidInput` if the number
   * differs.
   */
  confirm(number: string): PairingStatus {
    if (!this.#session) throw new CoreError('Conflict', 'no device is waiting for confirmation')
    this.#session.confirm(number)
    return this.#session.status
  }

  /** Cancels the running pairing; resolves when its code is no longer valid. Returns false if there was none. */
  async cancel(): Promise<boolean> {
    const isCancelled = this.#session?.cancel() ?? false
    await this.#running
    return isCancelled
  }

  /** Cancels the running pairing because networking stops. */
  async close(): Promise<void> {
    this.#session?.cancel(new CoreError('Cancelled', 'networking was stopped'))
    await this.#running
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #begin(role: Role, { autoAccept, id }: { autoAccept: boolean; id: Uint8Array }): Promise<PairingSession> {
    // Throws if networking is off.
    this.#deps.self()
    const before = this.#session
    const state = before?.status.state
    if (before?.status.role === 'inviter' && (state === 'code-issued' || state === 'waiting')) await this.cancel()
    if (this.#session && !this.#session.hasEnded) {
      throw new CoreError(
        'Conflict',
        'another pairing is in progress; `spacedrive network pair status` shows it, `spacedrive network pair cancel` ends it',
      )
    }
    const { changed, limits, now } = this.#deps
    const { confirmMs, findMs, lifetimeMs } = limits
    const session = new PairingSession({
      role,
      session: Buffer.from(id).toString('hex'),
      autoAccept,
      lifetimeMs: role === 'inviter' ? lifetimeMs : findMs + confirmMs,
      now,
      changed,
    })
    this.#session = session
    changed(session.status)
    return session
  }

  /** Ends the session with the result of its work. */
  async #settle(session: PairingSession, work: Promise<Paired>): Promise<Paired> {
    const { log } = this.#deps
    try {
      const paired = await work
      const { device, isAcknowledged } = paired
      session.end('completed', isAcknowledged ? null : unacknowledged(device.name))
      log.info({ device: device.id, name: device.name, isAcknowledged }, 'paired with a device')
      return paired
    } catch (err) {
      session.end(endStateOf(err), errorMessage(err))
      log.info({ session: session.status.session, err: errorMessage(err) }, 'a pairing failed')
      throw err
    }
  }

  /**
   * The ways to dial the other device. They include the relay of this device, because the other device may use it too.
   */
  #waysTo(addresses: readonly string[], relay: string | null): DialHints[] {
    const relays = [...new Set([relay, this.#deps.relay()])].filter((url) => url !== null)
    return [
      ...(addresses.length > 0 ? [{ addresses, relay: null }] : []),
      ...relays.map((url) => ({ addresses: [], relay: url })),
    ]
  }
}

function endStateOf(err: unknown): 'failed' | 'expired' | 'cancelled' {
  if (err instanceof ExpiredError || (err instanceof RefusedError && err.refusal === 'expired')) return 'expired'
  return err instanceof CoreError && err.code === 'Cancelled' ? 'cancelled' : 'failed'
}

function unacknowledged(name: string): string {
  return `${name} did not say that it has stored this device; if it stays disconnected, pair once more`
}
