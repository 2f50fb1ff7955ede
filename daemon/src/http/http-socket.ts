import { chmodSync, rmSync } from 'node:fs'
import type { Core } from '@spacedrive/core'
import { errorMessage } from '@spacedrive/core/errors'
import { httpSocketPlace, isFree, takePlace } from '../socket-place.ts'
import { HttpListener, type HttpListenerOptions } from './http-listener.ts'

export interface HttpSocketOptions extends Pick<HttpListenerOptions, 'app' | 'upgrade' | 'limits'> {
  readonly core: Core
  /** Folder of the socket. It has mode 0700. */
  readonly runDir: string
}

/** HTTP on a socket of the data folder, for programs of this user; without it everything else goes on. */
export class HttpSocket implements AsyncDisposable {
  /** Path of the socket or name of the pipe; null where there is none. */
  readonly path: string | null
  /** Why there is none. */
  readonly notice: string | null
  readonly #listener: HttpListener | null
  /** This also runs if the process is ended from within. After a kill, the next start removes the socket. */
  readonly #remove = () => {
    if (this.path !== null && process.platform !== 'win32') rmSync(this.path, { force: true })
  }

  private constructor(of: { path: string; listener: HttpListener } | { notice: string }) {
    this.path = 'path' in of ? of.path : null
    this.notice = 'notice' in of ? of.notice : null
    this.#listener = 'listener' in of ? of.listener : null
    process.on('exit', this.#remove)
  }

  /** Never rejects. */
  static async listen({ core, runDir, ...options }: HttpSocketOptions): Promise<HttpSocket> {
    try {
      const path = httpSocketPlace({ runDir, dataDir: core.dataDir })
      using _taking = takePlace(path)
      if (!(await isFree(path))) throw new Error(`another program or a file that is not a socket occupies ${path}`)
      const listener = await HttpListener.listen({ ...options, at: { socket: path }, log: core.log })
      // Only this user can enter the folder, so no other user could connect before the chmod.
      if (process.platform !== 'win32') chmodSync(path, 0o600)
      return new HttpSocket({ path, listener })
    } catch (err) {
      core.log.warn({ err }, 'cannot serve HTTP on the socket of the data folder')
      return new HttpSocket({ notice: `cannot serve HTTP on the socket of the data folder: ${errorMessage(err)}` })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener?.[Symbol.asyncDispose]()
    this.#remove()
    process.off('exit', this.#remove)
  }
}
