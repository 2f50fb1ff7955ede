import { methods, type Request } from '@spacedrive/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { until } from '../../../core/testing/until.ts'
import { browserTransport } from './browser-transport.ts'
import { Connection, type Heard } from './connection.ts'

/** What a daemon does with a request: its result, or nothing, so that it is waited for. */
type Answer = (request: Request) => object | undefined

/** A WebSocket of a browser, to a daemon that answers as a test says. */
class PageSocket extends EventTarget {
  static readonly opened: PageSocket[] = []
  static answer: Answer = () => undefined
  static subscribed: object | undefined
  static isDown = false
  static readonly OPEN = 1
  readyState = 0
  isClosed = false

  constructor() {
    super()
    PageSocket.opened.push(this)
    queueMicrotask(() => (PageSocket.isDown || this.readyState === 3 ? this.drop() : this.#open()))
  }

  #open(): void {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }

  send(frame: string): void {
    const request = JSON.parse(frame) as Request
    const result = handshake(request) ?? PageSocket.answer(request)
    if (result) this.say({ jsonrpc: '2.0', id: request.id, result })
  }

  say(document: object): void {
    queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(document) })))
  }

  close(): void {
    this.isClosed = true
  }

  /** The daemon goes away. */
  drop(): void {
    this.readyState = 3
    this.dispatchEvent(Object.assign(new Event('close'), { code: 1006, reason: '' }))
  }
}

function handshake({ method }: Request): object | undefined {
  if (method === methods.hello) return { version: '1', protocol: 1, pid: 7, instance: 'test', dataDir: '/', idle: true }
  return method === methods.subscribe ? PageSocket.subscribed : undefined
}

beforeEach(() => {
  // The timer of the next attempt is faked: nothing is tried again before the test says so.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  PageSocket.opened.length = 0
  PageSocket.isDown = false
  PageSocket.subscribed = { seq: 3, complete: true }
  vi.stubGlobal('WebSocket', PageSocket)
  vi.stubGlobal('location', { href: 'https://files.example:7379/', protocol: 'https:' })
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status: 204 })))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a question that was under way when the connection was lost is asked again', async () => {
  let asks = 0
  PageSocket.answer = () => (++asks === 1 ? undefined : [{ kind: 'home' }])
  const connection = new Connection(browserTransport(), '1')
  await until(() => connection.state.name === 'open')
  const asked = connection.query('system.places', {})
  await until(() => asks === 1)
  PageSocket.opened[0]!.drop()
  await until(() => connection.state.name === 'lost')
  connection.retryNow()
  expect(await asked).toEqual([{ kind: 'home' }])
  expect(PageSocket.opened).toHaveLength(2)
})

test('the socket that was opened while the page was loaded is used, unless it is closed again', async () => {
  const early = new PageSocket()
  await until(() => early.readyState === PageSocket.OPEN)
  vi.stubGlobal('earlySocket', early)
  const connection = new Connection(browserTransport(), '1')
  await until(() => connection.state.name === 'open')
  expect(PageSocket.opened).toEqual([early])

  const closed = new PageSocket()
  closed.drop()
  vi.stubGlobal('earlySocket', closed)
  const other = new Connection(browserTransport(), '1')
  await until(() => other.state.name === 'open')
  expect(PageSocket.opened).toHaveLength(3)
})

test('the script that opens a socket early opens none where the page was first', async () => {
  const connection = new Connection(browserTransport(), '1')
  await until(() => connection.state.name === 'open')
  await import('../early.ts')
  expect(PageSocket.opened).toHaveLength(1)
})

test('what is asked at once is asked behind the subscription, not after its answer', async () => {
  const asked: string[] = []
  PageSocket.answer = ({ method }) => (asked.push(method), [])
  PageSocket.subscribed = undefined
  const connection = new Connection(browserTransport(), '1')
  await connection.query('system.places', {})
  expect(asked).toEqual([methods.subscribe, 'system.places'])
})

test('what is lost stays lost until it is back, whatever is tried meanwhile', async () => {
  const connection = new Connection(browserTransport(), '1')
  await until(() => connection.state.name === 'open')
  const states: string[] = []
  connection.onState(() => states.push(connection.state.name))
  PageSocket.isDown = true
  PageSocket.opened[0]!.drop()
  await until(() => states.length === 1)
  connection.retryNow()
  // Twice at once would be two connections.
  connection.retryNow()
  await until(() => states.length === 3)
  PageSocket.isDown = false
  connection.retryNow()
  await until(() => connection.state.name === 'open')
  expect(states).toEqual(['lost', 'lost', 'lost', 'lost', 'open'])
  expect(PageSocket.opened).toHaveLength(3)
})

test('of the same daemon no event is told of twice, and nothing is taken for lost', async () => {
  const heard: Heard[] = []
  const connection = new Connection(browserTransport(), '1')
  connection.onEvent((each) => heard.push(each))
  await until(() => connection.state.name === 'open')
  PageSocket.opened[0]!.drop()
  await until(() => connection.state.name === 'lost')
  connection.retryNow()
  await until(() => connection.state.name === 'open')
  expect(heard).toEqual([])
})
