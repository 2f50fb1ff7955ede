import type { ContractOp, JsonSchema } from '@spacedrive/cli/contract'
import type { Op } from '@spacedrive/core/ops'
import { ops } from '@spacedrive/daemon/ops'
import { z } from 'zod'

/** Every operation as plain data, in the order of the registry. */
export function contract(): ContractOp[] {
  return Object.values<Op>(ops).map((op) => ({
    name: op.name as ContractOp['name'],
    kind: op.kind,
    scope: op.scope,
    access: op.access,
    summary: op.summary,
    errors: op.errors,
    ...(op.staleBy && { staleBy: op.staleBy }),
    cli: op.cli,
    input: toSchema(op.input, 'input'),
    output: toSchema(op.output, 'output'),
  }))
}

export function contractJson(): string {
  return `${JSON.stringify(contract(), null, 2)}\n`
}

function toSchema(type: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' })
  return schema as JsonSchema
}
