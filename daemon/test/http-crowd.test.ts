import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request as requestTls } from 'node:https'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { silentLogger } from '@spacedrive/core'
import { createTempDir } from '@spacedrive/core/testing'
import { Hono } from 'hono'
import { describe, expect, test, vi } from 'vitest'
import { openTlsIdentity } from '../src/expose/tls-identity.ts'
import type { HttpEnv } from '../src/http/http-env.ts'
import { defaultHttpLimits, type HttpLimits } from '../src/http/http-limits.ts'
import { HttpListener, type HttpListenerOptions } from '../src/http/http-listener.ts'
import { refuseUpgrade } from '../src/http/problem.ts'
import { noteSignedIn } from '../src/http/signed-in.ts'

/** Many attackers at once, each at an address of its own. Only Linux has all addresses of 127.0.0.0/8. */
const ATTACKERS = Array.from({ length: 8 }, (_, n) => `127.0.1.${n + 1}`)
const limits = { connections: 96, connectionsPerAddress: 12 }

const flooding = {
  'in silence': (port: number, localAddress: string) => connect({ host: '127.0.0.1', port, localAddress }),
  'by TLS': (port: number, localAddress: string) =>
    connectTls({
      host: '127.0.0.1',
      port,
      socket: connect({ host: '127.0.0.1', port, localAddress }),
      rejectUnauthorized: false,
    }),
  'with half a request': (port: number, localAddress: string) => {
    const socket = flooding['by TLS'](port, localAddress)
    socket.write('GET /health HTTP/1.1\r\nx-slow: ')
    return socket
  },
} as const

/** Opens as many connections from each address as it may have, and each again that is closed. */
function flood(port: number, open: (port: number, from: string) => Socket, each = limits.connectionsPerAddress) {
  let opened = 0
  let isOver = false
  const held = new Set<Socket>()
  const hold = (from: string): void => {
    if (isOver) return
    const socket = open(port, from)
    held.add(socket)
    socket.on('error', () => {})
    socket.once('connect', () => opened++)
    socket.once('close', () => {
      held.delete(socket)
      setImmediate(hold, from)
    })
  }
  for (const address of ATTACKERS) for (let n = 0; n < each; n++) hold(address)
  return {
    /** Waits until the attackers have opened as many connections again as there are in all. */
    async comeAgain(): Promise<void> {
      const before = opened
      await vi.waitUntil(() => opened > before + 8 || held.size === ATTACKERS.length * each)
    },
    [Symbol.dispose](): void {
      isOver = true
      for (const socket of held) socket.destroy()
    },
  }
}

async function listen(
  options: Partial<HttpListenerOptions> & { secure: boolean; more?: Partial<HttpLimits> },
): Promise<HttpListener> {
  using folder = createTempDir('tls')
  const { more, secure, ...rest } = options
  const names = () => ['127.0.0.1']
  const { pem } = await openTlsIdentity({ file: join(folder.path, 'tls.pem'), names, now: Date.now })
  const app = new Hono<HttpEnv>()
  app.get('/health', (c) => c.text('ok'))
  app.get('/signed-in', (c) => {
    noteSignedIn(c.env.incoming)
    return c.text('signed in')
  })
  return HttpListener.listen({
    at: { hostname: '127.0.0.1', ports: [0], names },
    ...(secure ? { tls: { pem } } : {}),
    app,
    upgrade: (_request, socket) => refuseUpgrade(socket, new Error('none here')),
    limits: { ...defaultHttpLimits, farewellMs: 50, ...limits, ...more },
    log: silentLogger,
    ...rest,
  })
}

function ask(port: number, path: string, localAddress?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const from = localAddress === undefined ? {} : { localAddress }
    const asked = requestTls(
      { host: '127.0.0.1', port, path, agent: false, rejectUnauthorized: false, ...from },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

/** Attackers and others are taken for machines of the network. */
const overIPv4 = ({ remoteAddress = '' }: Socket) => remoteAddress.replace(/^127\.0\./, '10.9.')
/** The attackers have networks of one customer. */
const overIPv6 = ({ remoteAddress = '' }: Socket) => {
  const last = remoteAddress.split('.').at(-1)
  return remoteAddress.startsWith('127.0.1.') ? `2001:db8:1:${last}::1` : `2001:db8:2:${last}::1`
}

describe.runIf(process.platform === 'linux')('eight addresses that hold all connections they can', () => {
  test.each([
    ['in silence', overIPv4],
    ['by TLS', overIPv4],
    ['with half a request', overIPv4],
    ['in silence', overIPv6],
  ] as const)('%s keep nobody else out (%o)', async (how, addressOf) => {
    await using listener = await listen({ secure: true, addressOf })
    const { port } = listener
    using attack = flood(port, flooding[how])
    await attack.comeAgain()
    for (let n = 0; n < 20; n++) {
      expect(await ask(port, '/health')).toBe(200)
      await attack.comeAgain()
    }
  })

  test('of one IPv6 site have fewer connections than they would have as single networks', async () => {
    await using listener = await listen({ secure: false, addressOf: overIPv6 })
    const sockets = ATTACKERS.flatMap((from) =>
      Array.from({ length: limits.connectionsPerAddress }, () => flooding['in silence'](listener.port, from)),
    )
    for (const socket of sockets) socket.on('error', () => {})
    const left = 2 * limits.connectionsPerAddress
    await vi.waitFor(() => expect(sockets.filter(({ closed }) => !closed)).toHaveLength(left))
    for (const socket of sockets) socket.destroy()
  })

  test('cannot do it with a session either', async () => {
    await using listener = await listen({ secure: true, addressOf: overIPv4 })
    const { port } = listener
    using attack = flood(port, (at, from) => {
      const socket = flooding['by TLS'](at, from)
      socket.write(`GET /signed-in HTTP/1.1\r\nHost: 127.0.0.1:${at}\r\n\r\n`)
      return socket
    })
    await attack.comeAgain()
    for (let n = 0; n < 10; n++) {
      expect(await ask(port, '/health')).toBe(200)
      await attack.comeAgain()
    }
  })

  test('cost nobody a connection who has signed in', async () => {
    await using listener = await listen({ secure: true, addressOf: overIPv4 })
    const { port } = listener
    const signedIn = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
    signedIn.write(`GET /signed-in HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    expect(String((await once(signedIn, 'data'))[0])).toContain('200')
    using attack = flood(port, flooding['by TLS'])
    for (let n = 0; n < 5; n++) await attack.comeAgain()
    signedIn.write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    expect(String((await once(signedIn, 'data'))[0])).toContain('200')
    signedIn.destroy()
  })
})

describe.runIf(process.platform === 'linux')('another user of this machine that holds all connections it can', () => {
  /** The attackers stand for another user. */
  const ownerByAddress = ({ remoteAddress = '' }) => (remoteAddress.startsWith('127.0.1.') ? -1 : process.geteuid!())

  test.each([false, true])('keeps none of the others out, however fast it comes again (TLS: %s)', async (secure) => {
    await using listener = await listen({ secure, ownerOf: ownerByAddress })
    const { port } = listener
    const slow = connect({ host: '127.0.0.1', port })
    await once(slow, 'connect')
    using attack = flood(port, flooding['in silence'], 40)
    for (let n = 0; n < 20; n++) {
      await attack.comeAgain()
      const answer = secure
        ? ask(port, '/health')
        : fetch(`http://127.0.0.1:${port}/health`).then(({ status }) => status)
      expect(await answer).toBe(200)
    }
    expect(slow.readyState).toBe('open')
    slow.destroy()
  })
})

/** Holds connections with halves of requests, as another user, and opens each again as soon as it is closed. */
const holder = (port: number) => `
process.setgid(65534)
process.setuid(65534)
const { connect } = require('node:net')
let open = 0
const hold = () => {
  const socket = connect(${port}, '127.0.0.1', () => {
    socket.write('GET / HTTP/1.1\\r\\nx-slow: ')
    if (++open === 400) console.log('held')
  })
  socket.on('error', () => {}).on('close', () => setImmediate(hold))
}
for (let n = 0; n < 250; n++) hold()`

describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
  'a real user beside this one (needs root)',
  () => {
    test.each([
      ['the kernel is asked for each connection', {}],
      ['the tables of connections are read', { ownerOf: () => 'unknown' as const }],
    ])('holds no connection that the others need: %s', async (_how, options) => {
      const told: string[] = []
      const log = { ...silentLogger, warn: (_fields: object, message: string) => void told.push(message) }
      const more = { connections: 200, connectionsPerAddress: 20 }
      await using listener = await listen({ secure: false, log, more, ...options })
      const { port } = listener
      // A slow program of this user, which stays.
      const own = connect(port, '127.0.0.1')
      await once(own, 'connect')
      own.write('GET / HTTP/1.1\r\nx-slow: ')
      const child = spawn(process.execPath, ['-e', holder(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
      try {
        await once(child.stdout, 'data')
        await vi.waitFor(() => expect(told).toContain('another user of this machine occupies all connections'))
        for (let n = 0; n < 50; n++) {
          const answer = await fetch(`http://127.0.0.1:${port}/health`, { headers: { connection: 'close' } })
          expect([answer.status, await answer.text()]).toEqual([200, 'ok'])
        }
        expect(own.readyState).toBe('open')
      } finally {
        child.kill('SIGKILL')
        own.destroy()
      }
    })
  },
)

test('a listener that closes cuts the WebSockets that stay open, and accepts nobody meanwhile', async () => {
  let upgraded = 0
  const listener = await listen({ secure: true, upgrade: () => upgraded++ })
  const { port } = listener
  const client = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }).on('error', () => {})
  client.write(`GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
  await vi.waitUntil(() => upgraded === 1)
  const cut = once(client, 'close')
  const closed = listener[Symbol.asyncDispose]()
  const [err] = await once(connect(port, '127.0.0.1'), 'error')
  expect(err).toMatchObject({ code: 'ECONNREFUSED' })
  await Promise.all([closed, cut])
})
