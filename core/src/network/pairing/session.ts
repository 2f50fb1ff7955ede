import type { PairingState, PairingStatus } from '../../domain/pairing.ts'
import { CoreError } from '../../util/errors.ts'
import type { DeviceCard } from '../registry/device-card.ts'
import { isNumber } from '../wire/transcript-hash.ts'
import type { Role } from './transcript.ts'

const ended: ReadonlySet<PairingState> = new Set(['completed', 'failed', 'expired', 'cancelled'])

export const idleStatus: PairingStatus = {
  state: 'idle',
  role: null,
  session: null,
  device: null,
  number: null,
  confirmed: false,
  unattended: false,
  expiresAt: null,
  attemptsLeft: null,
  reason: null,
}

export interface SessionOptions {
  readonly role: Role
  readonly session: string
  /** Whether the number is accepted without asking a user. */
  readonly autoAccept: boolean
  readonly lifetimeMs: number
  readonly now: () => number
  readonly changed: (status: PairingStatus) => void
}

/** The state of one pairing: its progress, the user's decision, and its end. */
export class PairingSession {
  readonly #options: SessionOptions
  readonly #controller = new AbortController()
  readonly #decision = Promise.withResolvers<void>()
  #status: PairingStatus
  #timer: NodeJS.Timeout | null = null

  constructor(options: SessionOptions) {
    this.#options = options
    this.#status = {
      ...idleStatus,
      state: options.role === 'inviter' ? 'code-issued' : 'waiting',
      role: options.role,
      session: options.session,
      confirmed: options.autoAccept,
    }
    if (options.autoAccept) this.#decision.resolve()
    this.#expireIn(options.lifetimeMs)
  }

  get status(): PairingStatus {
    return this.#status
  }

  /** Aborted with the reason if the pairing is cancelled or its time is over, and after it has ended. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get hasEnded(): boolean {
    return ended.has(this.#status.state)
  }

  /** Resolves when the user has confirmed the number, or at once if no user is asked. */
  get decided(): Promise<void> {
    return this.#decision.promise
  }

  update(change: Partial<PairingStatus>): void {
    if (this.hasEnded) return
    this.#status = { ...this.#status, ...change }
    this.#options.changed(this.#status)
  }

  /** Both sides have proved themselves. From now on the users have `confirmMs` to compare the number. */
  verified(of: { device: DeviceCard; number: string; unattended: boolean; confirmMs: number }): void {
    this.#expireIn(of.confirmMs)
    const { id, name, os } = of.device
    this.update({ state: 'response-verified', device: { id, name, os }, number: of.number, unattended: of.unattended })
  }

  /** Throws `Conflict` if no device waits to be confirmed, and `InvalidInput` if the number differs. */
  confirm(number: string): void {
    const { number: expected, state } = this.#status
    if (state !== 'awaiting-confirmation' || expected === null) {
      throw new CoreError(
        'Conflict',
        'no device is waiting for confirmation; `spacedrive network pair status` shows the state of the pairing',
      )
    }
    if (!isNumber(number, expected)) {
      throw new CoreError(
        'InvalidInput',
        'the numbers on the two screens differ: an attacker may be in between; run `spacedrive network pair cancel`',
      )
    }
    this.#decision.resolve()
    this.update({ confirmed: true })
  }

  /** Returns false if the pairing had already ended. */
  cancel(reason = new CoreError('Cancelled', 'the pairing was cancelled on this device')): boolean {
    if (this.hasEnded || this.signal.aborted) return false
    this.#controller.abort(reason)
    return true
  }

  end(state: 'completed' | 'failed' | 'expired' | 'cancelled', reason: string | null): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.update({ state, reason, expiresAt: null })
    this.#controller.abort(new CoreError('Cancelled', 'the pairing has ended'))
  }

  #expireIn(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#controller.abort(new ExpiredError()), ms)
    this.#timer.unref()
    this.#status = { ...this.#status, expiresAt: new Date(this.#options.now() + ms).toISOString() }
  }
}

/** Pairing ended because no device came, or no user compared the number, in time. */
export class ExpiredError extends CoreError {
  constructor() {
    super('Timeout', 'the pairing code has expired; run `spacedrive network pair generate` for a new code')
  }
}
