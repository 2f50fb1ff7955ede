import {
  type CompleteRequest,
  type LoggingLevel,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server'
import { type ErrorCode, errorCodes, errorMessage } from '@spacedrive/core/errors'
import type { Event } from '@spacedrive/core/events'
import type { Asked } from '../dispatch.ts'
import { logOf } from './event-log.ts'
import { MAX_ARGUMENT_LENGTH, MAX_COMPLETIONS } from './limits.ts'
import type { CompletedArgument, McpCall, McpOffer, OfferedPrompt, OfferedTool } from './offer.ts'
import type { ResourceNotices, WatchEvents } from './resource-notices.ts'
import { visibleName } from './stranger-text.ts'
import type { Ask } from './tool.ts'

export interface McpServerDeps {
  readonly version: string
  /** Calls an operation. Throws `CoreError` or `ClientError`. */
  readonly call: (request: Asked, signal: AbortSignal) => Promise<unknown>
  readonly watch: WatchEvents
  /** The library for requests that name none. */
  readonly library?: string | undefined
  readonly onError: (err: unknown) => void
}

/** One server for one connection, session or request. `notices`: null for a single request, which nothing follows. */
export function createMcpServer(deps: McpServerDeps, offer: McpOffer, notices: ResourceNotices | null): McpServer {
  const server = new McpServer(
    { name: 'spacedrive', title: 'Spacedrive', version: deps.version },
    {
      instructions: offer.instructions,
      capabilities: {
        // Tools and prompts never change while the server runs.
        tools: { listChanged: false },
        prompts: { listChanged: false },
        resources: { listChanged: true, subscribe: true },
        completions: {},
        logging: {},
      },
    },
  )
  const log = new ClientLog(server)
  const callOf = (context: ServerContext): McpCall => ({
    askIn: askFor(deps, context.mcpReq.signal),
    log: (level, data) => log.inRequest(context, level, data),
    context,
  })
  for (const tool of offer.tools) registerTool(server, tool, { deps, callOf })
  servePrompts(server, offer.prompts)
  serveResources(server, offer, { deps, callOf, notices })
  server.server.setRequestHandler('completion/complete', async ({ params }, context) => {
    const values = await asProtocolErrors(deps, () => offer.complete(completedArgument(params), callOf(context)))
    const shown = values.slice(0, MAX_COMPLETIONS)
    return { completion: { values: shown, total: values.length, hasMore: values.length > shown.length } }
  })
  notices?.sendTo({
    updated: (uri) => void server.server.sendResourceUpdated({ uri }).catch(deps.onError),
    listChanged: () => server.sendResourceListChanged(),
    happened: (event) => void log.ofEvent(event).catch(deps.onError),
  })
  return server
}

interface Serving {
  readonly deps: McpServerDeps
  readonly callOf: (context: ServerContext) => McpCall
}

function registerTool(server: McpServer, tool: OfferedTool, { callOf, deps }: Serving): void {
  const { annotations, description, inputSchema, meta, name, outputSchema, title } = tool
  const config = {
    title: title ?? name,
    description,
    inputSchema: describing(inputSchema),
    ...(outputSchema ? { outputSchema: describing(outputSchema) } : {}),
    ...(annotations ? { annotations } : {}),
    ...(meta ? { _meta: meta } : {}),
  }
  server.registerTool(name, config, async (input, context) => {
    const call = callOf(context)
    const start = performance.now()
    try {
      const result = await tool.run(input, call)
      await call.log('debug', { tool: name, ms: Math.round(performance.now() - start) })
      return result
    } catch (err) {
      const { code, details, message } = knownError(err, deps)
      const text = `${code}: ${visibleName(message)}`
      await call.log(code === 'Internal' ? 'error' : 'notice', { tool: name, message: text })
      return { isError: true, content: [{ type: 'text', text }], _meta: { code, details } }
    }
  })
}

function servePrompts(server: McpServer, prompts: readonly OfferedPrompt[]): void {
  server.server.setRequestHandler('prompts/list', () => ({
    prompts: prompts.map(({ messages: _messages, ...prompt }) => ({ ...prompt, arguments: [...prompt.arguments] })),
  }))
  server.server.setRequestHandler('prompts/get', ({ params }) => {
    const prompt = prompts.find(({ name }) => name === params.name)
    if (!prompt) {
      const known = prompts.map(({ name }) => name).join(', ')
      throw invalid(`there is no prompt ${JSON.stringify(params.name)}; the prompts are ${known}`)
    }
    return {
      description: prompt.description,
      messages: [...prompt.messages(checkedArguments(prompt, params.arguments))],
    }
  })
}

function checkedArguments(prompt: OfferedPrompt, given: Readonly<Record<string, string>> = {}): Record<string, string> {
  const names = prompt.arguments.map(({ name }) => name)
  for (const [name, value] of Object.entries(given)) {
    if (!names.includes(name)) {
      const has = names.length > 0 ? `has only ${names.join(', ')}` : 'has none'
      throw invalid(`the prompt ${prompt.name} has no argument ${JSON.stringify(name)}; it ${has}`)
    }
    if (value.length > MAX_ARGUMENT_LENGTH)
      throw invalid(`the argument ${name} is longer than ${MAX_ARGUMENT_LENGTH} characters; shorten it`)
  }
  const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''))
  const missing = prompt.arguments.find(({ name, required }) => required && !Object.hasOwn(filled, name))
  if (missing) throw invalid(`the prompt ${prompt.name} needs the argument ${missing.name}: ${missing.description}`)
  return filled
}

function serveResources(
  server: McpServer,
  { resources }: McpOffer,
  { callOf, deps, notices }: Serving & { notices: ResourceNotices | null },
): void {
  const handlers = server.server
  handlers.setRequestHandler('resources/list', async (_request, context) => ({
    resources: await asProtocolErrors(deps, async () => [...(await resources.list(callOf(context)))]),
  }))
  handlers.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...resources.templates] }))
  handlers.setRequestHandler('resources/read', ({ params }, context) =>
    asProtocolErrors(deps, () => resources.read(params.uri, callOf(context))),
  )
  // Subscribing again to the same resource changes nothing.
  handlers.setRequestHandler('resources/subscribe', async ({ params }, context) => {
    const kept = withSession(notices)
    await asProtocolErrors(deps, () => kept.watchOnce(params.uri, callOf(context)))
    return {}
  })
  handlers.setRequestHandler('resources/unsubscribe', ({ params }) => {
    withSession(notices).unwatch(params.uri)
    return {}
  })
}

function withSession(notices: ResourceNotices | null): ResourceNotices {
  if (notices) return notices
  throw new ProtocolError(
    ProtocolErrorCode.InvalidRequest,
    'subscriptions need a session; send `initialize`, then its `mcp-session-id` with each request',
  )
}

function completedArgument({ argument, context, ref }: CompleteRequest['params']): CompletedArgument {
  const of = ref.type === 'ref/prompt' ? { prompt: ref.name } : { template: ref.uri }
  return { of, ...argument, given: context?.arguments ?? {} }
}

/** Sends log messages of the levels that the client wants: none before it has set a level. */
class ClientLog {
  readonly #server: McpServer
  #level: LoggingLevel | null = null

  constructor(server: McpServer) {
    this.#server = server
    server.server.setRequestHandler('logging/setLevel', ({ params }) => {
      this.#level = params.level
      return {}
    })
  }

  async inRequest({ mcpReq }: ServerContext, level: LoggingLevel, data: unknown): Promise<void> {
    // In later revisions, each request names its level. Only the SDK knows it.
    if (mcpReq.envelope) await mcpReq.log(level, data, LOGGER)
    else if (this.#wants(level)) await mcpReq.notify(logMessage(level, data))
  }

  async ofEvent(event: Event): Promise<void> {
    const log = logOf(event)
    if (log && this.#wants(log.level)) await this.#server.server.notification(logMessage(log.level, log.data))
  }

  #wants(level: LoggingLevel): boolean {
    return this.#level !== null && LEVELS.indexOf(level) >= LEVELS.indexOf(this.#level)
  }
}

const LOGGER = 'spacedrive'
const LEVELS: readonly LoggingLevel[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
]

function logMessage(level: LoggingLevel, data: unknown) {
  return { method: 'notifications/message', params: { level, logger: LOGGER, data } } as const
}

/** A request that the SDK answers itself. */
export function silentCall(deps: McpServerDeps, signal: AbortSignal): McpCall {
  return { askIn: askFor(deps, signal), log: async () => {}, context: null }
}

function askFor(deps: McpServerDeps, signal: AbortSignal) {
  return (library: string | undefined): Ask =>
    // Dispatch has checked the result against the output schema of the operation.
    ((name, params) => deps.call({ method: name, params, library: library ?? deps.library }, signal)) as Ask
}

interface KnownError {
  readonly code: ErrorCode
  readonly message: string
  readonly details: unknown
}

/** An error of the engine, thrown directly or received by a client of the daemon. */
function knownError(err: unknown, { onError }: McpServerDeps): KnownError {
  const { code = null, details = null } = err instanceof Error ? (err as Partial<KnownError>) : {}
  const known = errorCodes.find((each) => each === code)
  if (known) return { code: known, message: errorMessage(err), details }
  onError(err)
  return {
    code: 'Internal',
    message: `unexpected error: ${errorMessage(err)}; the log of the daemon has the details`,
    details: null,
  }
}

/** Runs the function, and turns its errors into errors of the protocol. */
export async function asProtocolErrors<T>(deps: McpServerDeps, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (err) {
    if (err instanceof ProtocolError) throw err
    const { code, details, message: text } = knownError(err, deps)
    const isTheirs = code === 'NotFound' || code === 'InvalidInput'
    const protocolCode = isTheirs ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError
    throw new ProtocolError(protocolCode, `${code}: ${visibleName(text)}`, { code, details })
  }
}

function invalid(text: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `InvalidInput: ${visibleName(text)}`, {
    code: 'InvalidInput',
  })
}

/** A schema that describes but accepts any value: the tool validates, so that clients get our error codes and messages. */
function describing(schema: Readonly<Record<string, unknown>>): StandardSchemaWithJSON {
  const json = () => ({ ...schema })
  return {
    '~standard': {
      version: 1,
      vendor: 'spacedrive',
      validate: (value) => ({ value }),
      jsonSchema: { input: json, output: json },
    },
  }
}
