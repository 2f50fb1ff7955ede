import { serve } from '@hono/node-server'
import { createTestCore, type TestCore } from '@spacedrive/core/testing'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { Downloads } from '../../src/downloads/index.ts'
import { answerTo, ownUser } from '../../src/asker.ts'
import type { HttpEnv } from '../../src/http/http-env.ts'
import { problemResponse } from '../../src/http/problem.ts'
import { mediaRoutes } from '../../src/media/index.ts'
import { shout } from './shout-generator.ts'

/** An engine with files, and the routes over it. */
export interface TestMedia extends TestCore {
  readonly downloads: Downloads
  /** Asks the routes, without a socket. */
  ask(path: string, init?: RequestInit): Promise<Response>
  /** The address of a file that is not looked up in the index. */
  file(path: string | Uint8Array): string
  /** The address of a file by its entry, which is to be indexed. */
  entry(path: string): Promise<string>
  /** Listens; the address of the routes. Closed with the rest. */
  listen(): Promise<string>
}

const { signal } = new AbortController()

export async function createTestMedia(options: { now?: () => number } = {}): Promise<TestMedia> {
  const t = await createTestCore({ generators: [shout] })
  const downloads = new Downloads(options.now ?? Date.now)
  const app = new Hono<HttpEnv>()
  app.onError((err) => problemResponse(err, 'test'))
  app.use(async (c, next) => {
    c.set('requestId', 'test')
    await answerTo(ownUser, next)
  })
  app.route('/', mediaRoutes({ core: t.core, downloads, ...options }))
  const parts = new AsyncDisposableStack()
  parts.use(t)
  return Object.assign(Object.create(t) as TestCore, {
    downloads,
    ask: async (path: string, init?: RequestInit) => app.request(path, init),
    file(path: string | Uint8Array) {
      const given = typeof path === 'string' ? path : `base64:${Buffer.from(path).toString('base64')}`
      return `/file/name?path=${encodeURIComponent(given)}`
    },
    async entry(path: string) {
      const { id } = await t.library.files.info(path, signal)
      return `/entry/${t.library.id}/${id}/name`
    },
    async listen() {
      const server = serve({ fetch: app.fetch, overrideGlobalObjects: false, port: 0, hostname: '127.0.0.1' })
      await new Promise((resolve) => server.once('listening', resolve))
      parts.defer(
        () =>
          new Promise<void>((resolve) => {
            server.close(() => resolve())
            if ('closeAllConnections' in server) server.closeAllConnections()
          }),
      )
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  })
}
