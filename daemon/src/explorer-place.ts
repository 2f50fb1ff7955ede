import type { Core } from '@spacedrive/core'
import { errorMessage } from '@spacedrive/core/errors'
import type { Connections } from './connections.ts'
import type { HttpSettings } from './daemon-settings.ts'
import type { HttpServer } from './http/index.ts'

export interface ExplorerPlaceDeps {
  readonly core: Core
  readonly settings: () => HttpSettings
  readonly connections: Connections
  readonly runDir: string
}

/** Holds the HTTP server of the explorer, if there is one. The daemon also works without it. */
export class ExplorerPlace implements AsyncDisposable {
  #server: HttpServer | null = null
  #notices: readonly string[] = []

  get server(): HttpServer | null {
    return this.#server
  }

  /** Why the explorer is not at its usual address. */
  get notices(): readonly string[] {
    return [...this.#notices, ...(this.#server?.notices ?? [])]
  }

  async serve({ core, settings, ...rest }: ExplorerPlaceDeps): Promise<void> {
    const { metrics, port } = settings()
    if (port === 'off') return
    try {
      // Loaded on use, because a daemon without the explorer does not need it.
      const { HttpServer: Server } = await import('./http/index.ts')
      this.#server = await Server.listen({ ...rest, core, port, hasMetrics: metrics })
    } catch (err) {
      core.log.error({ err, port }, 'cannot serve the explorer')
      this.#notices = [
        `cannot serve the explorer: ${errorMessage(err)}; choose another port with \`spacedrive config set http.port <n>\``,
      ]
    }
  }

  /** Serves it anew, where its socket or the token were removed. */
  async serveAgain(deps: ExplorerPlaceDeps): Promise<void> {
    await this[Symbol.asyncDispose]()
    await this.serve(deps)
  }

  /** Files without which programs do not get in. */
  get files(): readonly string[] {
    const { socket = null, tokenFile = null } = this.#server ?? {}
    // A pipe is no file.
    return [process.platform === 'win32' ? null : socket, tokenFile].filter((file) => file !== null)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server
    this.#server = null
    await server?.[Symbol.asyncDispose]()
  }
}
