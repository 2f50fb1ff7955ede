import { type Core, CoreError } from '@spacedrive/core'
import { nearest } from '@spacedrive/core/nearest'
import { events as eventTypes } from '@spacedrive/core/events'
import { type Context, Hono } from 'hono'
import { currentAsker } from '../asker.ts'
import { ClientPool } from '../client-pool.ts'
import { Subscribe } from '../requests.ts'
import { unknownField } from '../unknown-field.ts'
import type { HttpApp, HttpEnv } from './http-env.ts'
import type { HttpLimits } from './http-limits.ts'

export interface EventRoutesDeps {
  readonly core: Core
  readonly limits: HttpLimits
  /** Tells this process from the one before, whose events had the same numbers. */
  readonly epoch: string
  /** Aborted when the server closes. */
  readonly closing: AbortSignal
}

type EventStream = ReturnType<Core['events']['stream']>
type Sent = EventStream extends AsyncIterable<infer T> ? T : never

/**
 * Events as they come, for scripts: `text/event-stream`. `id` is the daemon and the number of the event; with the last
 * one as `Last-Event-ID` or `?since=` the stream goes on after it. Where that cannot be, and where the reader is too
 * slow, a `missed` event says that the state has to be asked for again.
 */
export function eventRoutes(deps: EventRoutesDeps): HttpApp {
  const routes = new Hono<HttpEnv>()
  const pool = new ClientPool({ total: deps.limits.eventStreams, what: 'streams of events are open' })
  routes.get('/', (c) => {
    pool.check(currentAsker())
    // No client would read or end the stream of a HEAD request.
    if (c.req.method === 'HEAD') return c.body(null, 200, STREAM_HEADERS)
    const place = pool.take(currentAsker())
    try {
      const stream = openStream(c, deps, () => place[Symbol.dispose]())
      return new Response(stream, { headers: STREAM_HEADERS })
    } catch (err) {
      place[Symbol.dispose]()
      throw err
    }
  })
  return routes
}

const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }

function openStream(c: Context<HttpEnv>, deps: EventRoutesDeps, onClosed: () => void): ReadableStream<Uint8Array> {
  const { closing, core, epoch, limits } = deps
  const filter = filterOf(c, core)
  const start = startOf(c, epoch)
  const events = core.events.stream(filter)
  // In one turn with the stream, which goes on where this ends.
  const { complete, events: kept } = start === null ? { complete: true, events: [] } : replay(core, start, filter)
  const first: Sent[] = [...(complete ? [] : [{ type: 'missed', count: 0 } as const]), ...kept]
  const encoder = new TextEncoder()
  const encode = (event: Sent) => encoder.encode(format(event, epoch))
  let heartbeat: NodeJS.Timeout | null = null
  const end = () => {
    if (heartbeat === null) return
    clearInterval(heartbeat)
    heartbeat = null
    closing.removeEventListener('abort', end)
    events[Symbol.dispose]()
    onClosed()
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // Proxies close connections that stay quiet for long.
        heartbeat = setInterval(() => {
          // A client that does not read gets no heartbeats either.
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(':\n\n'))
        }, limits.heartbeatMs)
        closing.addEventListener('abort', end)
        controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`))
        for (const event of first) controller.enqueue(encode(event))
      },
      async pull(controller) {
        const next = await events.next()
        if (!next.done) return controller.enqueue(encode(next.value))
        end()
        controller.close()
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  )
}

/** How soon a reader comes back, in milliseconds. */
const RETRY_MS = 1_000

const PARAMETERS = ['type', 'library', 'path', 'since']

function filterOf(c: Context<HttpEnv>, core: Core) {
  const types = c.req.queries('type')
  const unasked = Object.keys(c.req.query()).find((name) => !PARAMETERS.includes(name))
  if (unasked !== undefined) throw unknownField(unasked, { names: PARAMETERS, noun: 'parameter' })
  const { library, path } = c.req.query()
  const parsed = Subscribe.omit({ subscription: true, since: true }).safeParse({
    ...(types ? { types } : {}),
    ...(library === undefined ? {} : { library }),
    ...(path === undefined ? {} : { path }),
  })
  if (!parsed.success) {
    const unknown = types?.find((type) => !Object.hasOwn(eventTypes, type)) ?? ''
    const [near] = nearest(unknown, Object.keys(eventTypes))
    const hint = near === undefined ? ';' : `; did you mean ${near}?`
    throw new CoreError(
      'InvalidInput',
      `there is no event type ${JSON.stringify(unknown)}${hint} \`spacedrive help events\` lists all types`,
    )
  }
  const { library: wanted, ...filter } = parsed.data
  const libraryId = wanted === undefined ? {} : { libraryId: core.libraries.resolve(wanted).id }
  return { ...filter, rights: currentAsker().rights, ...libraryId }
}

/** The event to continue after: its number; `lost` if another process sent it; null to begin now. */
function startOf(c: Context<HttpEnv>, epoch: string): number | 'lost' | null {
  const last = c.req.header('last-event-id') ?? c.req.query('since')
  if (last === undefined || last === '') return null
  const [, itsEpoch, seq] = /^(?:([0-9a-z]+)\.)?(\d{1,15})$/.exec(last) ?? []
  if (seq === undefined) throw new CoreError('InvalidInput', `${JSON.stringify(last)} is not an event id`)
  return itsEpoch === undefined || itsEpoch === epoch ? Number(seq) : 'lost'
}

function replay(core: Core, start: number | 'lost', filter: ReturnType<typeof filterOf>) {
  return start === 'lost' ? { complete: false, events: [] } : core.events.since(start, filter)
}

function format(event: Sent, epoch: string): string {
  const id = event.type === 'missed' ? '' : `id: ${epoch}.${event.seq}\n`
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
