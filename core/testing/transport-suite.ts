import { describe, expect, test, vi } from 'vitest'
import type { PeerKey } from '../src/domain/index.ts'
import {
  alpns,
  type ByteStream,
  type DialHints,
  type Link,
  type Transport,
} from '../src/network/transport/transport.ts'
import type { ErrorCode } from '../src/util/errors.ts'

/** Two endpoints, and what the suite cannot know of them. */
export interface TransportWorld extends AsyncDisposable {
  readonly alice: Transport
  readonly bob: Transport
  /** Where nobody listens. */
  readonly deadAddress: string
}

/** What every `Transport` promises. `make` opens two endpoints that reach each other and take both kinds of connection. */
export function describeTransport(name: string, make: () => Promise<TransportWorld>): void {
  describe(`transport: ${name}`, () => {
    test('both sides know whom they speak with, and who dialled', async () => {
      await using world = await make()
      const { near, far } = await connect(world)
      expect(near).toMatchObject({ key: world.bob.key, alpn: alpns.paired, dialled: true })
      expect(far).toMatchObject({ key: world.alice.key, alpn: alpns.paired, dialled: false })
    })

    test('a connection for pairing says so', async () => {
      await using world = await make()
      const { near, far } = await connect(world, alpns.pairing)
      expect([near.alpn, far.alpn]).toEqual([alpns.pairing, alpns.pairing])
    })

    test('without anybody who waits for connections, they are refused', async () => {
      await using world = await make()
      await expectCode(dial(world), 'Unavailable')
    })

    test('an address where another device answers is refused', async () => {
      await using world = await make()
      world.bob.onPeer(() => {})
      const stranger = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a' as PeerKey
      const dialled = world.alice.dial(stranger, hintsOf(world.bob), options())
      await expectCode(dialled, 'NotAuthorised')
    })

    test('a device does not connect to itself', async () => {
      await using world = await make()
      await expectCode(world.alice.dial(world.alice.key, hintsOf(world.alice), options()), 'InvalidInput')
    })

    test('without an address there is nothing to dial', async () => {
      await using world = await make()
      await expectCode(world.alice.dial(world.bob.key, { addresses: [], relay: null }, options()), 'Unavailable')
    })

    test('a dial ends when its signal does', async () => {
      await using world = await make()
      const controller = new AbortController()
      const hints = { addresses: [world.deadAddress], relay: null }
      const dialled = world.alice.dial(world.bob.key, hints, options(controller.signal))
      controller.abort(new Error('no longer wanted'))
      await expect(dialled).rejects.toThrow('no longer wanted')
    })

    test('streams carry bytes both ways, and each direction ends on its own', async () => {
      await using world = await make()
      const { near, far } = await connect(world)
      far.onStream((stream) => void echo(stream))
      const stream = await near.openStream(forever())
      await stream.write(text('ping'))
      expect(Buffer.from((await stream.read(100))!).toString()).toBe('ping')
      await stream.write(text('pong'))
      await stream.finish()
      expect((await readAll(stream)).toString()).toBe('pong')
      expect(await stream.read(1)).toBeNull()
    })

    test('either side opens streams', async () => {
      await using world = await make()
      const { near, far } = await connect(world)
      near.onStream((stream) => void echo(stream))
      expect((await ask(far, 'from the side that was dialled')).toString()).toBe('from the side that was dialled')
    })

    test('a read takes no more than it asked for', async () => {
      await using world = await make()
      const { stream, other } = await openPair(await connect(world))
      await stream.write(text('abcdef'))
      const parts: string[] = []
      while (parts.join('').length < 6) parts.push(Buffer.from((await other.read(2))!).toString())
      expect(parts.every((part) => part.length <= 2)).toBe(true)
      expect(parts.join('')).toBe('abcdef')
    })

    test('a large payload arrives as it was', async () => {
      await using world = await make()
      const { near, far } = await connect(world)
      far.onStream((stream) => void echo(stream))
      const bytes = Buffer.alloc(1_000_003, 'what is written arrives in order ')
      expect((await ask(near, bytes)).equals(bytes)).toBe(true)
    })

    test('streams that come before anybody listens wait', async () => {
      await using world = await make()
      const { near, far } = await connect(world)
      const asked = ['one', 'two', 'three'].map((word) => ask(near, word))
      await near.openStream(forever())
      far.onStream((stream) => void echo(stream))
      expect((await Promise.all(asked)).map(String)).toEqual(['one', 'two', 'three'])
    })

    test('a thousand streams arrive, however many are held back until the other side listens', async () => {
      await using world = await make()
      const { near, far } = await connect(world)
      const asked = Array.from({ length: 1_000 }, (_, i) => ask(near, String(i)))
      far.onStream((stream) => void echo(stream))
      expect((await Promise.all(asked)).map(Number)).toEqual(asked.map((_, i) => i))
    })

    test('who opens a stream that the other side has no room for stops waiting with its signal', async () => {
      await using world = await make()
      const { near, far } = await connect(world)
      const controller = new AbortController()
      const held: ByteStream[] = []
      const waiting = (async () => {
        for (;;) {
          const stream = await near.openStream(controller.signal)
          await stream.write(text('x'))
          held.push(stream)
        }
      })()
      await untilStill(() => held.length)
      controller.abort(new Error('enough'))
      await expect(waiting).rejects.toThrow('enough')
      far.onStream((stream) => void echo(stream))
      for (const stream of held) stream.abort()
      expect(String(await ask(near, 'still here'))).toBe('still here')
    })

    test('a reader that never reads holds the writer back', async () => {
      await using world = await make()
      const { stream } = await openPair(await connect(world))
      let written = 0
      const writing = (async () => {
        for (;;) {
          await stream.write(new Uint8Array(65_536))
          written += 65_536
        }
      })()
      await untilStill(() => written)
      expect(written).toBeLessThan(16 * 1024 * 1024)
      stream.abort()
      await expectCode(writing, 'Unavailable')
    })

    test('a stream that nobody reads holds back no other', async () => {
      await using world = await make()
      const { near, far } = await connect(world)
      const { stream } = await openPair({ near, far }, (other) => void echo(other))
      let written = 0
      const writing = (async () => {
        for (;;) {
          await stream.write(new Uint8Array(65_536))
          written += 65_536
        }
      })()
      await untilStill(() => written)
      expect(String(await ask(near, 'past it'))).toBe('past it')
      near.close('done')
      await expectCode(writing, 'Unavailable')
    })

    test('a stream that is given up fails on the other side, in both directions', async () => {
      await using world = await make()
      const { stream, other } = await openPair(await connect(world))
      stream.abort()
      stream.abort()
      await expectCode(stream.read(1), 'Unavailable')
      await expectCode(stream.write(text('x')), 'Unavailable')
      await expectCode(other.read(1), 'Unavailable')
      await expectCode(other.write(text('x')), 'Unavailable')
    })

    test('what waits on a stream ends when it is given up here', async () => {
      await using world = await make()
      const { stream } = await openPair(await connect(world))
      const reading = expectCode(stream.read(1), 'Unavailable')
      stream.abort()
      await reading
    })

    test('what was finished arrives, though the other direction is given up', async () => {
      await using world = await make()
      const { stream, other } = await openPair(await connect(world))
      await stream.write(text('all of it'))
      await stream.finish()
      stream.abort()
      expect((await readAll(other)).toString()).toBe('all of it')
    })

    test('nothing is written after the end', async () => {
      await using world = await make()
      const { stream } = await openPair(await connect(world))
      await stream.finish()
      await stream.finish()
      await expectCode(stream.write(text('x')), 'InvalidInput')
    })

    test('the other side is told why a connection was closed', async () => {
      await using world = await make()
      const { near, far } = await connect(world)
      const { stream, other } = await openPair({ near, far })
      const reading = expectCode(other.read(1), 'Unavailable')
      near.close('going home — bye')
      near.close('again')
      expect(await near.closed).toEqual({ by: 'local', reason: 'going home — bye' })
      expect(await far.closed).toEqual({ by: 'remote', reason: 'going home — bye' })
      await reading
      await expectCode(stream.write(text('x')), 'Unavailable')
      await expectCode(near.openStream(forever()), 'Unavailable')
      await expectCode(far.openStream(forever()), 'Unavailable')
      expect([near.path(), far.path()]).toEqual([null, null])
    })

    test('an endpoint that is closed ends its connections and says so', async () => {
      await using world = await make()
      const { far } = await connect(world)
      await world.alice.close()
      await world.alice.close()
      expect((await far.closed).by).toBe('remote')
      await expectCode(world.alice.dial(world.bob.key, hintsOf(world.bob), options()), 'Unavailable')
      expect(world.alice.addresses()).toEqual([])
    })

    test('devices may have several connections', async () => {
      await using world = await make()
      const first = await connect(world)
      const second = await connect(world)
      first.far.onStream((stream) => void echo(stream))
      second.far.onStream((stream) => void echo(stream))
      first.near.close('one is enough')
      await first.far.closed
      expect(String(await ask(second.near, 'the other'))).toBe('the other')
    })

    test('the path is known, and that it is direct', async () => {
      await using world = await make()
      const { near } = await connect(world)
      await vi.waitUntil(() => near.path())
      expect(near.path()).toMatchObject({ kind: 'direct', latencyMs: expect.any(Number) })
      expect(world.bob.addresses()).toContain(near.path()!.address)
      expect(world.bob.relay()).toBeNull()
    })
  })
}

async function connect(world: TransportWorld, alpn: Link['alpn'] = alpns.paired): Promise<{ near: Link; far: Link }> {
  const { promise, resolve } = Promise.withResolvers<Link>()
  world.bob.onPeer(resolve)
  const near = await dial(world, alpn)
  return { near, far: await promise }
}

function dial({ alice, bob }: TransportWorld, alpn: Link['alpn'] = alpns.paired): Promise<Link> {
  return alice.dial(bob.key, hintsOf(bob), { alpn, signal: forever() })
}

function hintsOf(transport: Transport): DialHints {
  return { addresses: transport.addresses(), relay: null }
}

function options(signal = forever()) {
  return { alpn: alpns.paired, signal }
}

function forever(): AbortSignal {
  return new AbortController().signal
}

/** A stream that both sides have, with its first byte read; those after it go to `further`. */
async function openPair({ near, far }: { near: Link; far: Link }, further: (stream: ByteStream) => void = () => {}) {
  const { promise, resolve } = Promise.withResolvers<ByteStream>()
  let isFirst = true
  far.onStream((stream) => {
    if (!isFirst) return further(stream)
    isFirst = false
    resolve(stream)
  })
  const stream = await near.openStream(forever())
  await stream.write(text('.'))
  const other = await promise
  expect(await other.read(1)).toEqual(text('.'))
  return { stream, other }
}

async function echo(stream: ByteStream): Promise<void> {
  try {
    for (;;) {
      const bytes = await stream.read(65_536)
      if (!bytes) break
      await stream.write(bytes)
    }
    await stream.finish()
  } catch {
    // The other side gave it up: the test sees that there.
    stream.abort()
  }
}

async function ask(link: Link, question: string | Uint8Array): Promise<Buffer> {
  const stream = await link.openStream(forever())
  const answer = readAll(stream)
  await stream.write(typeof question === 'string' ? text(question) : question)
  await stream.finish()
  return answer
}

async function readAll(stream: ByteStream): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (;;) {
    const bytes = await stream.read(65_536)
    if (!bytes) return Buffer.concat(parts)
    parts.push(bytes)
  }
}

/** Waits until a number no longer grows: it was the same at several looks in a row. */
async function untilStill(read: () => number): Promise<void> {
  let last = 0
  let looks = 0
  await vi.waitUntil(
    () => {
      const now = read()
      looks = now === last && now > 0 ? looks + 1 : 0
      last = now
      return looks >= 10
    },
    { interval: 30 },
  )
}

async function expectCode(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  await expect(promise).rejects.toMatchObject({ name: 'CoreError', code })
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}
