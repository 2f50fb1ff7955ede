import type { CallToolResult, PromptMessage } from '@modelcontextprotocol/server'
import { CoreError } from '@spacedrive/core/errors'
import type { McpCall, McpOffer, OfferedPrompt, OfferedTool } from '../src/mcp/offer.ts'

/** One red pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
/** A recording without samples. */
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA='
const image = { type: 'image', data: PNG, mimeType: 'image/png' } as const

/** What the official suite expects a server to offer, as data for the server that assistants use. */
export const conformanceOffer: McpOffer = {
  instructions: 'Fixtures of the conformance suite.',
  tools: [
    simple('test_simple_text', [text('This is a simple text response for testing.')]),
    simple('test_image_content', [image]),
    simple('test_audio_content', [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }]),
    simple('test_embedded_resource', [
      embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
    ]),
    simple('test_multiple_content_types', [
      text('Multiple content types test:'),
      image,
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ]),
    tool('test_tool_with_logging', async (_input, { log }) => {
      await log('info', 'Tool execution started')
      await log('info', 'Tool processing data')
      await log('info', 'Tool execution completed')
      return text('logged')
    }),
    tool('test_error_handling', async () => {
      throw new CoreError('Unavailable', 'This tool intentionally returns an error for testing')
    }),
    tool('test_tool_with_progress', async (_input, { context }) => {
      const { _meta, notify } = context!.mcpReq
      const progressToken = _meta?.progressToken
      if (progressToken !== undefined) {
        for (const progress of [0, 50, 100])
          await notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } })
      }
      return text('done')
    }),
    tool(
      'test_sampling',
      async (input, { context }) => {
        const { prompt: question } = input as { prompt: string }
        const messages = [{ role: 'user' as const, content: text(question) }]
        const answer = await context!.mcpReq.requestSampling({ messages, maxTokens: 100 })
        return text(`LLM response: ${JSON.stringify(answer.content)}`)
      },
      { prompt: { type: 'string' } },
    ),
    elicits(
      'test_elicitation',
      { username: { type: 'string' }, email: { type: 'string' } },
      { message: { type: 'string' } },
    ),
    elicits('test_elicitation_sep1034_defaults', {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true },
    }),
    elicits('test_elicitation_sep1330_enums', {
      untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      titledSingle: { type: 'string', oneOf: titled('value1', 'value2', 'value3') },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
      titledMulti: { type: 'array', items: { anyOf: titled('value1', 'value2', 'value3') } },
    }),
    {
      ...simple('json_schema_2020_12_tool', [text('described')]),
      inputSchema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        $defs: {
          address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } },
        },
        properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
        additionalProperties: false,
      },
    },
    tool('test_reconnection', async (_input, { context }) => {
      context!.http!.closeSSE!()
      return text('reconnected')
    }),
  ],
  prompts: [
    prompt('test_simple_prompt', [], () => [said(text('This is a simple prompt for testing.'))]),
    prompt('test_prompt_with_arguments', ['arg1', 'arg2'], ({ arg1, arg2 }) => [
      said(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
    ]),
    prompt('test_prompt_with_embedded_resource', ['resourceUri'], ({ resourceUri }) => [
      said(embedded(resourceUri!, 'text/plain', 'Embedded resource content for testing.')),
      said(text('Please process the embedded resource above.')),
    ]),
    prompt('test_prompt_with_image', [], () => [said(image), said(text('Please analyze the image above.'))]),
  ],
  resources: {
    templates: [
      {
        name: 'template',
        uriTemplate: 'test://template/{id}/data',
        description: 'fixture with a parameter',
        mimeType: 'application/json',
      },
    ],
    list: async () =>
      ['static-text', 'static-binary', 'watched-resource'].map((name) => {
        return { name, uri: `test://${name}`, description: 'fixture' }
      }),
    async read(uri) {
      const [, id] = /^test:\/\/template\/(\w+)\/data$/.exec(uri) ?? []
      if (id !== undefined) {
        const json = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` })
        return { contents: [{ uri, mimeType: 'application/json', text: json }] }
      }
      if (uri === 'test://static-binary') return { contents: [{ uri, mimeType: 'image/png', blob: PNG }] }
      return { contents: [{ uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' }] }
    },
    changedBy: async () => () => false,
    isListChangedBy: () => false,
  },
  complete: async ({ value }) => ['paris', 'park', 'party'].filter((each) => each.startsWith(value)),
}

type Content = CallToolResult['content'][number]

function text(of: string) {
  return { type: 'text', text: of } as const
}

function embedded(uri: string, mimeType: string, of: string) {
  return { type: 'resource', resource: { uri, mimeType, text: of } } as const
}

function titled(...values: string[]) {
  return values.map((value) => ({ const: value, title: `The ${value}` }))
}

function simple(name: string, content: Content[]): OfferedTool {
  return { name, description: 'fixture', inputSchema: { type: 'object' }, run: async () => ({ content }) }
}

function tool(
  name: string,
  answer: (input: unknown, call: McpCall) => Promise<Content>,
  properties: Record<string, unknown> = {},
): OfferedTool {
  return {
    name,
    description: 'fixture',
    inputSchema: { type: 'object', properties, required: Object.keys(properties) },
    run: async (input, call) => ({ content: [await answer(input, call)] }),
  }
}

function elicits(name: string, fields: Record<string, unknown>, properties: Record<string, unknown> = {}): OfferedTool {
  return tool(
    name,
    async (input, { context }) => {
      const { message = 'Please fill in' } = input as { message?: string }
      const requestedSchema = { type: 'object', properties: fields, required: [] }
      const params = { mode: 'form', message, requestedSchema } as unknown
      type Params = Parameters<NonNullable<McpCall['context']>['mcpReq']['elicitInput']>[0]
      const { action, content } = await context!.mcpReq.elicitInput(params as Params)
      return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`)
    },
    properties,
  )
}

function prompt(name: string, names: string[], messages: OfferedPrompt['messages']): OfferedPrompt {
  const given = names.map((each) => ({ name: each, description: 'fixture', required: true }))
  return { name, description: 'fixture', arguments: given, messages }
}

function said(content: PromptMessage['content']): PromptMessage {
  return { role: 'user', content }
}
