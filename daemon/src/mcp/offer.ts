import type {
  CallToolResult,
  LoggingLevel,
  PromptMessage,
  ReadResourceResult,
  ServerContext,
} from '@modelcontextprotocol/server'
import type { Event } from '@spacedrive/core/events'
import type { AskIn } from './tool.ts'

/** Everything that an MCP server offers, as data: `createMcpServer` serves any offer in the same way. */
export interface McpOffer {
  /** The introduction that a client gives to its model before any tool is called. */
  readonly instructions: string
  readonly tools: readonly OfferedTool[]
  readonly prompts: readonly OfferedPrompt[]
  readonly resources: OfferedResources
  /** The possible values of an argument that begins as given, the most likely first. */
  complete(argument: CompletedArgument, call: McpCall): Promise<readonly string[]>
}

/** The request that is being answered. */
export interface McpCall {
  /** Calls operations; the calls are cancelled together with the request. */
  readonly askIn: AskIn
  /** Sends a log message to the client, if it wants messages of this level. */
  log(level: LoggingLevel, data: unknown): Promise<void>
  /** Null for a request that the SDK answers. */
  readonly context: ServerContext | null
}

type JsonSchema = Readonly<Record<string, unknown>>

export interface OfferedTool {
  readonly name: string
  readonly title?: string
  readonly description: string
  readonly inputSchema: JsonSchema
  readonly outputSchema?: JsonSchema
  readonly annotations?: Readonly<Record<string, boolean>>
  readonly meta?: Readonly<Record<string, unknown>>
  /** Checks the input itself. An error becomes the answer of the tool. */
  run(input: unknown, call: McpCall): Promise<CallToolResult>
}

export interface OfferedPrompt {
  readonly name: string
  readonly title?: string
  readonly description: string
  readonly arguments: readonly { readonly name: string; readonly description: string; readonly required: boolean }[]
  /** Receives only arguments that it lists, and all that are required. */
  messages(given: Readonly<Record<string, string>>): readonly PromptMessage[]
}

export interface OfferedResource {
  readonly uri: string
  readonly name: string
  readonly description: string
  readonly mimeType?: string
}

export interface OfferedResources {
  readonly templates: readonly (Omit<OfferedResource, 'uri'> & { readonly uriTemplate: string })[]
  list(call: McpCall): Promise<readonly OfferedResource[]>
  read(uri: string, call: McpCall): Promise<ReadResourceResult>
  /** Returns the test for events that change the resource. Throws if there is no such resource. */
  changedBy(uri: string, call: McpCall): Promise<(event: Event) => boolean>
  isListChangedBy(event: Event): boolean
}

export interface CompletedArgument {
  /** The prompt, or the template of the address, that has the argument. */
  readonly of: { readonly prompt: string } | { readonly template: string }
  readonly name: string
  readonly value: string
  /** The arguments that the user has given so far. */
  readonly given: Readonly<Record<string, string>>
}
