import type { Op } from '@spacedrive/core/ops'
import { z } from 'zod'

/** The part of JSON Schema (2020-12) that this code reads; the published schemas contain more. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly prefixItems?: readonly JsonSchema[]
  readonly maximum?: number
  readonly enum?: readonly unknown[]
  readonly const?: unknown
}

/** The input of an operation as JSON Schema. */
export function inputSchema(op: Op): JsonSchema {
  return schemaOf(op.input, 'input')
}

/** The output of an operation as JSON Schema. */
export function outputSchema(op: Op): JsonSchema {
  return schemaOf(op.output, 'output')
}

function schemaOf(type: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' })
  return schema as JsonSchema
}
