import { type CommandSpec, operationCommands, usageOf } from '@spacedrive/cli/commands'
import type { ContractOp, JsonSchema } from '@spacedrive/cli/contract'
import { contract } from './contract.ts'

/** `docs/operations.md`: every operation with its command, its input and its output. */
export function operationsPage(): string {
  const operations = contract()
  const commands = new Map(operationCommands(operations).map((command) => [command.operation?.name, command]))
  const features = Map.groupBy(operations, (op) => op.name.split('.')[0] ?? '')
  const sections = [...features].map(([feature, members]) => {
    const entries = members.map((op) => operationEntry(op, commands.get(op.name)))
    return `## ${feature}\n\n${entries.join('\n')}`
  })
  return `${introduction}\n${sections.join('\n')}`
}

const introduction = `# Operations

Everything anyone can ask of Spacedrive. A program sends the name and the input; a person types the command.
Written by \`npm run generate\` from \`core/src/ops\` and \`daemon/src/ops\`; the full schemas are in \`cli/src/contract.json\`.
`

function operationEntry(op: ContractOp, command: CommandSpec | undefined): string {
  const rows = Object.entries(op.input.properties ?? {}).map(([name, schema]) => {
    const required = op.input.required?.includes(name) ? 'yes' : ''
    return `| \`${name}\` | ${cell(typeName(schema))} | ${required} | ${cell(schema.description ?? '')} |`
  })
  const table = rows.length ? ['', '| input | type | required | |', '|---|---|---|---|', ...rows] : []
  const usage = command ? [`\`${usageOf(command)}\``, ''] : []
  const errors = op.errors.length ? ` Errors: ${op.errors.join(', ')}.` : ''
  return [
    `### ${op.name}`,
    '',
    ...usage,
    `${op.summary}. ${op.kind === 'query' ? 'Query' : 'Action'}, ${op.scope}; ${op.access === null ? 'this machine alone' : `access: ${op.access}`}.${errors}`,
    ...table,
    '',
    `Output: ${typeName(op.output)}`,
    '',
  ].join('\n')
}

function typeName(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.anyOf) return schema.anyOf.map(typeName).join(' | ')
  if (schema.type === 'array') return `[${typeName(schema.items ?? {})}]`
  if (schema.type === 'object' && schema.properties) {
    const fields = Object.entries(schema.properties).map(([name, field]) => `${name}: ${typeName(field)}`)
    return `{ ${fields.join(', ')} }`
  }
  return schema.type === undefined ? 'anything' : [schema.type].flat().join(' | ')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
