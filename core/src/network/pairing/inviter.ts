import { CoreError, errorMessage } from '../../util/errors.ts'
import { untilAborted } from '../../util/until-aborted.ts'
import { alpns, type Link, type Transport } from '../transport/transport.ts'
import { Conversation } from '../wire/conversation.ts'
import { isSame } from '../wire/transcript-hash.ts'
import { KEY_BYTES, publicKeyOf } from './x25519.ts'
import { describeSelf, isSelf, type Paired, type PairingDeps } from './deps.ts'
import { MAX_ATTEMPTS, MAX_UNPROVED } from './limits.ts'
import type { CodeKeys } from './pairing-code.ts'
import { type Challenge, type Complete, Done, PairingRequest, type Refusal, Response } from './protocol.ts'
import type { DeviceCard } from '../registry/device-card.ts'
import { pairingConversation, RefusedError, refusalOf } from './refusal.ts'
import type { PairingSession } from './session.ts'
import {
  commitmentTo,
  isProved,
  NONCE_BYTES,
  type PairingKeys,
  pairingKeys,
  proof,
  shortNumber,
  transcriptOf,
} from './transcript.ts'

/** A joiner that has proved that it knows the words and holds the private key of its identity. */
interface Proved {
  readonly conversation: Conversation<Refusal>
  readonly device: DeviceCard
  readonly keys: PairingKeys
  readonly number: string
  readonly unattended: boolean
}

export interface InviterOptions {
  readonly code: CodeKeys
  readonly session: PairingSession
  readonly autoAccept: boolean
  readonly deps: PairingDeps
}

/**
 * The side that made the code. It has an endpoint with a key derived from the words, for as long as the code is valid.
 */
export class Inviter {
  readonly transport: Transport
  readonly #options: InviterOptions
  readonly #first = Promise.withResolvers<Proved>()
  /** Aborted when this side stops serving joiners: one was paired, or the pairing has failed. */
  readonly #door = new AbortController()
  readonly #serving = new Set<Promise<void>>()
  #isTaken = false
  #attemptsLeft = MAX_ATTEMPTS
  #unproved = 0

  private constructor(transport: Transport, options: InviterOptions) {
    this.transport = transport
    this.#options = options
    // The promise may be rejected after its callers have left.
    this.#first.promise.catch(() => {})
  }

  static async open(options: InviterOptions): Promise<Inviter> {
    const transport = await options.deps.openTransport(options.code.endpointSeed)
    return new Inviter(transport, options)
  }

  /** Serves joiners until one is paired. Throws the reason if none is. */
  async run(): Promise<Paired> {
    const { code, deps, session } = this.#options
    await using transport = this.transport
    transport.onPeer((link) => this.#admit(link))
    using _announced = deps.discovery()?.announceCode(code.discovery, () => transport.addresses())
    session.update({ state: 'waiting', attemptsLeft: this.#attemptsLeft })
    try {
      return await this.#finish(await untilAborted(this.#first.promise, session.signal))
    } finally {
      this.#isTaken = true
      this.#door.abort()
      // Joiners that are still being served get the reason for the end before the endpoint is closed.
      await Promise.all(this.#serving)
    }
  }

  #admit(link: Link): void {
    if (link.alpn !== alpns.pairing || this.#unproved >= MAX_UNPROVED) {
      link.close('too many devices try this code at once')
      return
    }
    this.#unproved++
    const serving = this.#serve(link).finally(() => {
      this.#unproved--
      this.#serving.delete(serving)
    })
    this.#serving.add(serving)
  }

  /** Never throws: an error of a joiner ends only its own connection. */
  async #serve(link: Link): Promise<void> {
    const { stepMs: ms, lingerMs } = this.#options.deps.limits
    let conversation: Conversation<Refusal> | null = null
    try {
      conversation = await Conversation.accept(link, pairingConversation, { ms, signal: this.#doorSignal })
      const outcome = await this.#hear(conversation)
      if (typeof outcome === 'string') await conversation.refuse(outcome, lingerMs)
      else this.#first.resolve(outcome)
    } catch (err) {
      this.#options.deps.log.debug({ err: errorMessage(err) }, 'a device did not prove the pairing code')
      if (conversation) await conversation.refuse(this.#reasonFor(err), lingerMs)
      else link.close('pairing has ended')
    }
  }

  /** Returns the joiner if it has proved itself and is the first; otherwise the reason for its refusal. */
  async #hear(conversation: Conversation<Refusal>): Promise<Proved | Refusal> {
    const { stepMs: ms } = this.#options.deps.limits
    const request = await conversation.receive(PairingRequest, { ms, signal: this.#doorSignal })
    if (this.#isTaken) return 'used'
    if (!isSame(request.session, this.#options.code.session)) return this.#countAttempt()
    if (isSelf(this.#options.deps.self(), request.device)) return 'self'
    const proved = await this.#challenge(conversation, request)
    if (this.#isTaken) return 'used'
    if (!proved) return this.#countAttempt()
    this.#isTaken = true
    return proved
  }

  /** Null if the proof is wrong or missing. */
  async #challenge(conversation: Conversation<Refusal>, request: PairingRequest): Promise<Proved | null> {
    const { autoAccept, code, deps, session } = this.#options
    const self = deps.self()
    const secret = deps.randomBytes(KEY_BYTES)
    const said = {
      code,
      joinerEndpoint: Buffer.from(conversation.link.key, 'hex'),
      inviterEphemeral: publicKeyOf(secret),
      joinerEphemeral: request.ephemeral,
      commitment: request.commitment,
      challenge: deps.randomBytes(NONCE_BYTES),
      inviter: describeSelf(self),
      joiner: request.device,
    }
    const transcript = transcriptOf(said)
    const keys = pairingKeys({ code, secret, otherEphemeral: request.ephemeral, transcript })
    const challenge = {
      type: 'challenge',
      ephemeral: said.inviterEphemeral,
      challenge: said.challenge,
      device: said.inviter,
      unattended: autoAccept,
      ...(await proof({ role: 'inviter', keys, transcript, sign: (message) => self.sign(message) })),
    } satisfies Challenge
    await conversation.send(challenge, { ms: deps.limits.stepMs, signal: this.#doorSignal })
    if (!this.#isTaken) session.update({ state: 'challenge-issued' })
    const response = await this.#responseOf(conversation)
    if (!response) return null
    const { mac, nonce, signature, unattended } = response
    const { device } = request
    const isCommitted = isSame(commitmentTo(nonce), request.commitment)
    const isGood = isProved({ role: 'joiner', key: device.key, keys, transcript, signature, mac })
    if (!isCommitted || !isGood) return null
    return { conversation, device, keys, number: shortNumber(transcript, nonce), unattended }
  }

  /**
   * Null if no response arrives, which counts as a failed attempt. With the challenge, a joiner knows the number.
   * Without this rule, it could leave and come back until it gets a number that it wants.
   */
  async #responseOf(conversation: Conversation<Refusal>): Promise<Response | null> {
    const signal = this.#doorSignal
    try {
      return await conversation.receive(Response, { ms: this.#options.deps.limits.stepMs, signal })
    } catch (err) {
      signal.throwIfAborted()
      this.#options.deps.log.debug({ err: errorMessage(err) }, 'a device received the challenge and did not answer it')
      return null
    }
  }

  /** Waits until both users have confirmed, stores the joiner, and lets the joiner store this device. */
  async #finish({ conversation, device, keys, number, unattended }: Proved): Promise<Paired> {
    const { deps, session } = this.#options
    const { confirmMs, lingerMs, stepMs } = deps.limits
    session.verified({ device, number, unattended, confirmMs })
    try {
      session.update({ state: 'awaiting-confirmation' })
      await conversation.agree(session.decided, { ms: confirmMs, signal: session.signal })
      await deps.store({ card: device, discoverySecret: keys.discovery })
    } catch (err) {
      await conversation.refuse(refusalOf(err, session), lingerMs)
      throw err
    }
    const isAcknowledged = await this.#complete(conversation, stepMs).catch(async (err: unknown) => {
      // Only a refusal proves that the joiner has not stored this device. If no answer arrives, the answer may be
      // lost.
      if (!(err instanceof RefusedError)) return false
      await deps.forget(device)
      throw err
    })
    conversation.close()
    return { device, isAcknowledged }
  }

  async #complete(conversation: Conversation<Refusal>, ms: number): Promise<true> {
    const { signal } = this.#options.session
    await conversation.send({ type: 'complete' } satisfies Complete, { ms, signal })
    await conversation.receive(Done, { ms, signal })
    return true
  }

  #reasonFor(err: unknown): Refusal {
    const { session } = this.#options
    if (session.signal.aborted) return refusalOf(session.signal.reason, session)
    if (this.#isTaken) return 'used'
    return err instanceof CoreError && err.code === 'InvalidInput' ? this.#countAttempt() : 'proof'
  }

  #countAttempt(): Refusal {
    if (this.#isTaken) return 'used'
    this.#attemptsLeft--
    this.#options.session.update({ state: 'waiting', attemptsLeft: this.#attemptsLeft })
    if (this.#attemptsLeft > 0) return 'proof'
    this.#isTaken = true
    this.#first.reject(
      new CoreError(
        'NotAuthorised',
        `the pairing code was withdrawn after ${MAX_ATTEMPTS} wrong attempts; run \`spacedrive network pair generate\` for a new code`,
      ),
    )
    return 'attempts'
  }

  get #doorSignal(): AbortSignal {
    return AbortSignal.any([this.#door.signal, this.#options.session.signal])
  }
}
