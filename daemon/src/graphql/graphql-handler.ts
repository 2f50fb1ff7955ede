import type { Core } from '@spacedrive/core'
import { createYoga, type Plugin } from 'graphql-yoga'
import { currentAsker } from '../asker.ts'
import { ClientPool } from '../client-pool.ts'
import type { Asked } from '../dispatch.ts'
import { limitRule } from './limit-rule.ts'
import { MAX_BODY_BYTES, MAX_TOKENS } from './limits.ts'
import { type GraphqlContext, graphqlSchema, type WantedEvents } from './schema.ts'

export interface GraphqlHandlerDeps {
  readonly core: Core
  readonly call: (request: Asked, signal: AbortSignal) => Promise<unknown>
  /** Streams of events that are open at once. */
  readonly maxStreams: number
  /** Aborted when the server closes. */
  readonly closing: AbortSignal
}

/** Answers GraphQL over HTTP: queries by GET and POST, mutations by POST, subscriptions as server-sent events. */
export function graphqlHandler(deps: GraphqlHandlerDeps): (request: Request) => Promise<Response> {
  const { call, core } = deps
  const open = eventOpener(deps)
  const yoga = createYoga<object, GraphqlContext>({
    schema: graphqlSchema(),
    context: ({ request }) => ({
      call: (asked) => call(asked, request.signal),
      events: open,
    }),
    graphqlEndpoint: '/graphql',
    // The routes admit only our page and programs, and refuse pages of other sites.
    cors: false,
    // It comes from another site.
    graphiql: false,
    landingPage: false,
    batching: false,
    multipart: false,
    // Documents of strangers are not kept.
    parserAndValidationCache: false,
    maxRequestBodySize: MAX_BODY_BYTES,
    plugins: [limits],
    fetchAPI: { Request, Response, Headers, ReadableStream, URL, URLSearchParams, TextEncoder, TextDecoder },
    logging: {
      debug: () => {},
      info: () => {},
      warn: (...said) => core.log.warn({ said }, 'GraphQL'),
      error: (...said) => core.log.error({ said }, 'GraphQL request failed'),
    },
  })
  return async (request) => yoga.fetch(request)
}

const limits: Plugin = {
  onParse({ parseFn, setParseFn }) {
    setParseFn((source, options) => parseFn(source, { ...options, maxTokens: MAX_TOKENS }))
  },
  onValidate({ addValidationRule }) {
    addValidationRule(limitRule)
  },
}

function eventOpener({ closing, core, maxStreams }: GraphqlHandlerDeps): GraphqlContext['events'] {
  const pool = new ClientPool({ total: maxStreams, what: 'streams of events are open' })
  return ({ library, path, types }: WantedEvents) => {
    const client = currentAsker()
    pool.check(client)
    const stream = core.events.stream({
      rights: client.rights,
      ...(types ? { types } : {}),
      ...(library ? { libraryId: core.libraries.resolve(library).id } : {}),
      ...(path ? { path } : {}),
    })
    const place = pool.take(client)
    let isOpen = true
    const close = () => {
      if (!isOpen) return
      isOpen = false
      place[Symbol.dispose]()
      closing.removeEventListener('abort', close)
      stream[Symbol.dispose]()
    }
    closing.addEventListener('abort', close)
    // A generator that waits for the next event would not notice that its client is gone.
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => stream.next(),
        return: async () => {
          close()
          return { done: true, value: undefined }
        },
      }),
    }
  }
}
