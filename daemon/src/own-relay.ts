import type { Logger } from '@spacedrive/core'
import { errorMessage } from '@spacedrive/core/errors'
import type { Relay } from '@spacedrive/relay'
import type { RelaySettings } from './daemon-settings.ts'

/** The relay that runs in the daemon, if the settings name a port. The daemon also starts if the relay cannot. */
export class OwnRelay implements AsyncDisposable {
  #relay: Relay | null = null
  #notices: readonly string[] = []

  /** Why the relay does not run. */
  get notices(): readonly string[] {
    return this.#notices
  }

  async serve({ host, port, token }: RelaySettings, log: Logger): Promise<void> {
    if (port === 'off') return
    try {
      // Most daemons run no relay, so they do not load its code.
      const { Relay: Server } = await import('@spacedrive/relay')
      this.#relay = await Server.open({ host, port, allow: null, token: token === '' ? null : token, log })
      if (token === '') log.warn({ port }, 'every device that reaches the relay may use it; set relay.token')
    } catch (err) {
      log.error({ err, host, port }, 'cannot run the relay')
      this.#notices = [
        `cannot run the relay: ${errorMessage(err)}; choose another port with \`spacedrive config set relay.port <n>\``,
      ]
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay?.close()
    this.#relay = null
  }
}
