import { lstatSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Core, CoreError } from '@spacedrive/core'
import { Access } from '@spacedrive/core/domain'
import type { Exposed, ExposeInput } from '../explorer-host.ts'
import { errorMessage } from '@spacedrive/core/errors'
import { heard } from '@spacedrive/core/heard'
import { writeFileAtomically } from '@spacedrive/core/write-file'
import { z } from 'zod'
import type { AuditLog } from '../http/audit-log.ts'
import { Authenticator } from '../http/authenticator.ts'
import type { HttpApp } from '../http/http-env.ts'
import type { HttpLimits } from '../http/http-limits.ts'
import { HttpListener } from '../http/http-listener.ts'
import { sessionRoutes } from '../http/session-routes.ts'
import { Sessions } from '../http/sessions.ts'
import type { WebSockets } from '../http/web-sockets.ts'
import { Login } from './login.ts'
import { addGate, COOKIE, sessionCookie } from './login-routes.ts'
import { inAddress, ownNames } from './own-names.ts'
import { hashPassphrase, PassphraseHash } from './passphrase.ts'
import { openTlsIdentity } from './tls-identity.ts'

export interface ExposureDeps {
  readonly core: Core
  /** Folder for run-time files. It has mode 0700. */
  readonly runDir: string
  readonly limits: HttpLimits
  readonly now: () => number
  /** Makes the app for clients that `authenticator` admits. `addFirst` adds the routes that come before all others. */
  readonly makeApp: (authenticator: Authenticator, sessionRoutes: HttpApp, addFirst: (app: HttpApp) => void) => HttpApp
  readonly audit: AuditLog
  readonly makeSockets: (authenticator: Authenticator) => WebSockets
}

/** Kept, so that it is the same after a restart. */
const ExposureFile = z.object({
  address: z.string(),
  port: z.int(),
  names: z.array(z.string()),
  /** The rights of remote sessions. */
  allow: z.array(Access).default(['view']),
  passphrase: PassphraseHash,
})
type ExposureFile = z.infer<typeof ExposureFile>

const DAY_MS = 24 * 60 * 60 * 1_000
/** After a week without use, the user must enter the passphrase again. */
const SESSION_MS = 7 * DAY_MS
/** Every address of this machine, of both kinds; of one where there is no other. */
const EVERYWHERE = '::'
const EVERYWHERE_IPV4 = '0.0.0.0'

interface Running {
  readonly listener: HttpListener
  readonly fingerprint: string
  readonly names: readonly string[]
  readonly allow: readonly Access[]
  readonly sessions: Sessions
}

/** Whether others on the network reach the explorer: by TLS, with a passphrase. */
export class Exposure implements AsyncDisposable {
  readonly #deps: ExposureDeps
  readonly #file: string
  readonly #sessionsFile: string
  #running: Running | null = null
  #notice: string | null = null
  /** One change at a time. */
  #changing: Promise<unknown> = Promise.resolve()

  constructor(deps: ExposureDeps) {
    this.#deps = deps
    this.#file = join(deps.runDir, 'http-expose.json')
    this.#sessionsFile = join(deps.runDir, 'http-expose-sessions.json')
  }

  /** Null: other machines cannot reach the explorer. */
  get exposed(): Exposed | null {
    if (!this.#running) return null
    const { allow, fingerprint, listener, names } = this.#running
    const urls = [...names, ...ownNames()].map((name) => `https://${inAddress(name)}:${listener.port}/`)
    return { urls: [...new Set(urls)], fingerprint, allow }
  }

  /** The remote sessions; null if the explorer is not exposed. */
  get sessions(): Sessions | null {
    return this.#running?.sessions ?? null
  }

  /** Why it is not where it was. */
  get notice(): string | null {
    return this.#notice
  }

  /** As it was before the daemon was restarted. Never rejects. */
  async restore(): Promise<void> {
    let kept: ExposureFile | null
    try {
      kept = readExposure(this.#file)
    } catch (err) {
      this.#deps.core.log.error({ err, file: this.#file }, 'the explorer is not opened to other machines')
      this.#notice = `other machines cannot reach the explorer: ${errorMessage(err)}; run \`spacedrive web expose\` to choose a new one, or \`spacedrive web expose --off\` to remove the file`
      return
    }
    if (!kept) return
    try {
      await this.#inTurn(() => this.#start(kept))
    } catch (err) {
      this.#deps.core.log.error({ err, port: kept.port }, 'cannot open the explorer to other machines')
      this.#notice = `other machines cannot reach the explorer: ${errorMessage(err)}; run \`spacedrive web expose --port <n>\` to try another port, or \`--off\` to stop trying`
    }
  }

  /** Exposes the explorer again, possibly with another passphrase. Ends all remote sessions. */
  async expose({ address, allow, names, passphrase, port }: ExposeInput): Promise<Exposed> {
    const kept = {
      address: address ?? EVERYWHERE,
      names: [...names],
      allow: [...new Set<Access>(['view', ...allow])],
      port,
      passphrase: await hashPassphrase(passphrase),
    }
    return this.#inTurn(async () => {
      const wasExposed = await this.#forget()
      await this.#start(kept).catch((err: unknown) => {
        throw wasExposed ? notAnyMore(err) : err
      })
      await writeFileAtomically(this.#file, JSON.stringify(kept))
      this.#deps.audit.add({ what: 'exposed', from: 'this machine', detail: `allowed: ${kept.allow.join(', ')}` })
      return this.exposed!
    })
  }

  /** Ends every session and connection from elsewhere at once. False: there was nothing to end. */
  async hide(): Promise<boolean> {
    return this.#inTurn(async () => {
      const was = await this.#forget()
      if (was) this.#deps.audit.add({ what: 'hidden', from: 'this machine', detail: 'sessions from elsewhere ended' })
      return was
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(() => this.#stop())
  }

  async #start({ address, allow, names, passphrase, port }: ExposureFile): Promise<void> {
    const { audit, core, makeApp, makeSockets, now, runDir } = this.#deps
    const limits = { ...this.#deps.limits, sessionMs: SESSION_MS }
    const allNames = () => [...names, ...ownNames()]
    const file = join(runDir, 'http-tls.pem')
    const { fingerprint, pem } = await openTlsIdentity({ file, names: allNames, now })
    const sessions = new Sessions({ file: this.#sessionsFile, limits, now })
    const authenticator = new Authenticator({
      // The token and the keys are for this machine.
      token: null,
      apiKeys: null,
      proofs: null,
      cookies: { name: COOKIE, sessions },
      connectionUsers: null,
      rights: allow,
      limits,
      now,
      audit,
    })
    const login = new Login({ passphrase, sessions, now, audit })
    const routes = sessionRoutes(authenticator, async (id, c) => {
      await sessions.end(id)
      c.header('set-cookie', sessionCookie('', 0))
    })
    const app = makeApp(authenticator, routes, (first) =>
      addGate(first, { authenticator, login, sessionMs: SESSION_MS }),
    )
    const sockets = makeSockets(authenticator)
    const listen = (hostname: string) =>
      HttpListener.listen({
        at: { hostname, ports: [port], names: () => allNames().map(inAddress) },
        tls: { pem },
        app,
        upgrade: (request, socket, head) => void sockets.upgrade(request, socket, head),
        limits,
        log: core.log,
      })
    try {
      this.#running = { listener: await listenSomewhere(address, listen), fingerprint, names, allow, sessions }
    } catch (cause) {
      throw new CoreError('Unavailable', `cannot listen on port ${port}: ${errorMessage(cause)}`, { cause })
    }
    this.#notice = null
    core.log.info({ port: this.#running.listener.port }, 'explorer open to other machines')
  }

  /**
   * Ends it with all that is kept of it: no later start brings back an old passphrase or a session of it. False if there
   * was nothing to end.
   */
  async #forget(): Promise<boolean> {
    const was = this.#running !== null || lstatSync(this.#file, { throwIfNoEntry: false }) !== undefined
    rmSync(this.#file, { force: true })
    await this.#stop()
    // By now, clients that were signing in have made their last write.
    rmSync(this.#sessionsFile, { force: true })
    return was
  }

  async #stop(): Promise<void> {
    const running = this.#running
    this.#running = null
    this.#notice = null
    if (!running) return
    // The listener accepts no connections from here on, so no sign-in can happen in between.
    const closed = heard(running.listener[Symbol.asyncDispose]())
    running.listener.drop()
    await running.sessions[Symbol.asyncDispose]()
    await closed
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.#changing.then(change)
    this.#changing = changed.catch(() => {})
    return changed
  }
}

async function listenSomewhere(
  address: string,
  listen: (hostname: string) => Promise<HttpListener>,
): Promise<HttpListener> {
  if (address !== EVERYWHERE) return listen(address)
  try {
    return await listen(EVERYWHERE)
  } catch (err) {
    // A machine without IPv6.
    if (!/EAFNOSUPPORT|EADDRNOTAVAIL/.test(errorMessage(err))) throw err
    return listen(EVERYWHERE_IPV4)
  }
}

/** An exposure could not take the place of the one before, which is over. */
function notAnyMore(cause: unknown): CoreError {
  const message = `${errorMessage(cause)}. The explorer is not exposed any more: run \`spacedrive web expose\` again`
  return new CoreError('Unavailable', message, { cause })
}

/** Null if there is no file, or if it is damaged. Throws `PermissionDenied` if others could have changed it. */
function readExposure(file: string): ExposureFile | null {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (!stats) return null
  const isOurs = process.platform === 'win32' || (stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0)
  // With a passphrase of their own in it, others could sign in from anywhere.
  if (!stats.isFile() || !isOurs)
    throw new CoreError(
      'PermissionDenied',
      `${file} is not a private file of this user, so others could have changed the passphrase in it`,
    )
  try {
    return ExposureFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}
