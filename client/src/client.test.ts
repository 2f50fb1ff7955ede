import { expect, test } from 'vitest'
import type { Event } from '@spacedrive/core/events'
import { Client, ClientError, ConnectionLostError, type TransportListener } from './index.ts'

interface Sent {
  readonly id?: number
  readonly method: string
  readonly params: Record<string, unknown>
  readonly library?: string
}

/** The daemon's end of a connection, played by the test. */
class Daemon {
  readonly sent: Sent[] = []
  closed = false
  #listener: TransportListener | null = null

  async open(listener: TransportListener) {
    this.#listener = listener
    return {
      send: (frame: string) => {
        const sent = JSON.parse(frame) as Sent
        this.sent.push(sent)
        if (sent.method === 'hello') this.say({ id: sent.id, result: { version: '1.2.3', protocol: 1, idle: true } })
      },
      close: () => {
        this.closed = true
      },
    }
  }

  get last(): Sent {
    return this.sent.at(-1)!
  }

  say(frame: object): void {
    this.#listener?.onFrame(JSON.stringify({ jsonrpc: '2.0', ...frame }))
  }

  event(subscription: number, event: Partial<Event> | { type: 'missed'; count: number }): void {
    this.say({ method: 'event', params: { subscription, event } })
  }

  vanish(reason: Error | null = null): void {
    this.#listener?.onClose(reason)
  }
}

async function connected() {
  const daemon = new Daemon()
  const client = await Client.open((listener) => daemon.open(listener), '1.2.3')
  return { daemon, client, [Symbol.dispose]: () => client[Symbol.dispose]() }
}

test('what is asked before the answer to hello is sent behind it', async () => {
  const daemon = new Daemon()
  const { client, greeted } = await Client.greet((listener) => daemon.open(listener), '1.2.3')
  using _client = client
  const asked = client.query('system.status', {})
  expect(daemon.sent.map(({ method }) => method)).toEqual(['hello', 'system.status'])
  expect(await greeted).toEqual({ version: '1.2.3', protocol: 1, idle: true })
  daemon.say({ id: daemon.last.id, result: 'fine' })
  expect(await asked).toBe('fine')
})

test('a client says its version first, and knows who answered', async () => {
  using world = await connected()
  expect(world.daemon.sent).toEqual([
    { jsonrpc: '2.0', id: 1, method: 'hello', params: { version: '1.2.3', protocol: 1 } },
  ])
  expect(world.client.hello).toEqual({ version: '1.2.3', protocol: 1, idle: true })
})

test('answers find their questions in whatever order they come', async () => {
  using world = await connected()
  const first = world.client.query('devices.info', {})
  const { id } = world.daemon.last
  const second = world.client.query('jobs.list', {}, { library: 'Photos' })
  expect(world.daemon.last).toMatchObject({ method: 'jobs.list', library: 'Photos' })
  world.daemon.say({ id: world.daemon.last.id, result: [] })
  world.daemon.say({ id, result: { name: 'laptop' } })
  expect(await second).toEqual([])
  expect(await first).toEqual({ name: 'laptop' })
})

test('an error keeps its code, its message and its details', async () => {
  using world = await connected()
  const answer = world.client.action('locations.add', { path: '/photos' })
  const data = { code: 'AlreadyExists', details: { location: 'x' } }
  world.daemon.say({ id: world.daemon.last.id, error: { code: -32_000, message: '/photos is there already', data } })
  const err = await answer.catch((reason: unknown) => reason)
  expect(err).toBeInstanceOf(ClientError)
  expect(err).toMatchObject({ ...data, message: '/photos is there already' })
})

test('a query is no action, and an input of another shape is none', () => {
  const uses = (client: Client) => [
    // @ts-expect-error: it changes nothing
    client.action('locations.list', {}),
    // @ts-expect-error: the path is missing
    client.action('locations.add', {}),
    // @ts-expect-error: there is no such operation
    client.query('locations.frobnicate', {}),
  ]
  expect(uses).toBeTypeOf('function')
})

test('a request that is given up is forgotten here and in the daemon', async () => {
  using world = await connected()
  const controller = new AbortController()
  const answer = world.client.query('jobs.list', {}, { signal: controller.signal })
  const { id } = world.daemon.last
  controller.abort()
  await expect(answer).rejects.toMatchObject({ code: 'Cancelled' })
  expect(world.daemon.last).toEqual({ jsonrpc: '2.0', method: '$/cancel', params: { id } })
  world.daemon.say({ id, result: [] })

  const sent = world.daemon.sent.length
  await expect(world.client.query('jobs.list', {}, { signal: controller.signal })).rejects.toMatchObject({
    code: 'Cancelled',
  })
  expect(world.daemon.sent).toHaveLength(sent)
})

test('a subscription hears what comes with its answer, and nothing once it is disposed', async () => {
  using world = await connected()
  const heard: string[] = []
  let missed = 0
  const subscribing = world.client.subscribe(
    { types: ['config.changed'], onMissed: (count) => (missed += count) },
    (event) => heard.push(event.type),
  )
  const { id, params } = world.daemon.last
  expect(params).toEqual({ subscription: 2, types: ['config.changed'] })
  world.daemon.say({ id, result: { seq: 7, complete: true } })
  world.daemon.event(2, { type: 'config.changed' })
  world.daemon.event(2, { type: 'missed', count: 3 })
  const subscription = await subscribing
  expect(subscription).toMatchObject({ seq: 7, complete: true })
  world.daemon.event(99, { type: 'core.stopped' })
  subscription[Symbol.dispose]()
  expect(world.daemon.last).toEqual({ jsonrpc: '2.0', method: 'events.unsubscribe', params: { subscription: 2 } })
  world.daemon.event(2, { type: 'config.changed' })
  expect({ heard, missed }).toEqual({ heard: ['config.changed'], missed: 3 })
})

test('when the daemon goes, whatever waits fails, and so does what is asked afterwards', async () => {
  using world = await connected()
  const answer = world.client.query('jobs.list', {})
  const reason = new Error('read ECONNRESET')
  world.daemon.vanish(reason)
  await expect(answer).rejects.toBeInstanceOf(ConnectionLostError)
  expect(await world.client.closed).toBe(reason)
  await expect(world.client.query('jobs.list', {})).rejects.toMatchObject({ code: 'Unavailable' })
})

test('what the daemon says before it drops the connection is the reason', async () => {
  using world = await connected()
  const answer = world.client.query('jobs.list', {})
  world.daemon.say({ id: null, error: { code: -32_600, message: 'no', data: { code: 'InvalidInput', details: null } } })
  await expect(answer).rejects.toMatchObject({ code: 'InvalidInput', message: 'no' })
})

test('a client that is closed on purpose says so', async () => {
  const { client, daemon } = await connected()
  const answer = client.query('jobs.list', {})
  client[Symbol.dispose]()
  await expect(answer).rejects.toMatchObject({ code: 'Unavailable' })
  expect([daemon.closed, await client.closed]).toEqual([true, null])
})

test('a daemon that does not answer hello in time is given up', async () => {
  const closed: boolean[] = []
  const silent = async () => ({ send: () => {}, close: () => void closed.push(true) })
  await expect(Client.open(silent, '1.2.3', AbortSignal.abort())).rejects.toMatchObject({ code: 'Cancelled' })
  expect(closed).toEqual([true])
})
