import { flagName } from './flag-name.ts'
import type { ArgSpec, CommandSpec, FlagKind, FlagSpec } from './command-spec.ts'
import type { ContractOp, JsonSchema } from './contract.ts'

export { type CommandSpec, usageOf } from './command-spec.ts'

/** The command of every operation that has one; flags, choices and help come from its schema. */
export function operationCommands(contract: readonly ContractOp[]): CommandSpec[] {
  return contract.flatMap((operation) => {
    if (!operation.cli) return []
    const { words, aliases = [] } = operation.cli
    return [
      {
        words,
        aliases,
        summary: operation.summary,
        args: argsOf(operation),
        flags: flagsOf(operation),
        examples: examplesOf(operation),
        notes: notesOf(operation),
        operation,
        load: async () => {
          const { runOperation } = await import('./run-operation.ts')
          return (values, context) => runOperation(operation, values, context)
        },
      },
    ]
  })
}

/** What the exit code says, where that is more than success or failure. */
function notesOf({ cli, name }: ContractOp): string[] {
  const ends = 'with 1 if the job failed or was cancelled, with 5 if it completed with failures'
  if (name === 'jobs.wait') return [`Exits ${ends}.`]
  return cli?.wait === 'job' ? [`With --wait, exits ${ends}.`] : []
}

/** Sample values for arguments in generated examples, by the name of the field. */
const samples: Readonly<Record<string, string>> = {
  path: '~/Pictures',
  location: 'Pictures',
  library: 'Photos',
  job: '3f9a1c2b',
  volume: '"Blue disk"',
  key: 'log.level',
}

/** Two examples: the ones that were written, then the plain command, then the same for a script. */
function examplesOf({ cli }: ContractOp): string[] {
  const plain = [...(cli?.words ?? []), ...(cli?.positional ?? []).map((name) => samples[name] ?? `<${name}>`)].join(
    ' ',
  )
  const written = cli?.examples ?? []
  const made = [plain, `${written[0] ?? plain} --json`].filter((example) => !written.includes(example))
  return [...written, ...made].slice(0, Math.max(written.length, EXAMPLES))
}

/** Help begins with this many. */
const EXAMPLES = 2

const waitFlag: FlagSpec = {
  name: 'wait',
  field: 'wait',
  kind: 'switch',
  summary: 'show the progress and exit when the work has ended',
  choices: [],
  aliases: [],
}

/** Flags for the action of a command on each of its results, in place of printing a list. */
function eachFlags(butFirst: boolean): readonly FlagSpec[] {
  const every = butFirst ? 'every file but the first of its group' : 'every result'
  return [
    eachFlag('print0', 'switch', `print the path of ${every}, each ended by a NUL, for \`xargs -0\``),
    eachFlag(
      'format',
      'text',
      `print a line for ${every}: {} path, {/} name, {//} folder, {.} without extension, {size} or another field; \\t, \\n, \\0`,
    ),
    eachFlag('exec', 'rest', `run a command for ${every}, with the same placeholders; the last option of the line`),
  ]
}

function eachFlag(name: string, kind: FlagKind, summary: string): FlagSpec {
  return { name, field: name, kind, summary, choices: [], aliases: [] }
}

function argsOf({ cli, input }: ContractOp): ArgSpec[] {
  const positional = cli?.positional ?? []
  return positional.map((name, at) => {
    const schema = input.properties?.[name] ?? {}
    const fallback = cli?.defaults?.[name]
    return {
      name,
      // A relative path becomes an absolute one before it is sent.
      summary: (schema.description ?? '').replace('absolute path', 'path'),
      required: fallback === undefined && (input.required?.includes(name) ?? false),
      variadic: cli?.variadic === true && at === positional.length - 1,
      kind: [...(cli?.paths ?? []), ...(cli?.contents ?? [])].includes(name)
        ? 'path'
        : cli?.references?.includes(name)
          ? 'reference'
          : 'text',
      choices: choicesOf(schema),
      ...(fallback === undefined ? {} : { fallback }),
    }
  })
}

function flagsOf({ cli, input }: ContractOp): FlagSpec[] {
  const flags = Object.entries(input.properties ?? {})
    .filter(([field]) => !cli?.positional?.includes(field))
    .map(([field, schema]): FlagSpec => {
      const kind = cli?.paths?.includes(field) ? 'path' : flagKind(schema)
      return {
        name: flagName(field),
        field,
        kind,
        summary: schema.description ?? '',
        choices: kind === 'list' ? choicesOf(schema.items ?? {}) : kind === 'text' ? choicesOf(schema) : [],
        aliases: cli?.flagAliases?.[field] ?? [],
        ...(hasShownDefault(schema) ? { fallback: String(schema.default) } : {}),
      }
    })
  return [
    ...flags,
    ...(cli?.wait ? [waitFlag] : []),
    ...(cli?.each === undefined ? [] : eachFlags(cli.eachButFirst === true)),
  ]
}

function hasShownDefault(schema: JsonSchema): boolean {
  return typeof schema.default === 'number' || (typeof schema.default === 'string' && schema.default !== '')
}

function flagKind(schema: JsonSchema): FlagKind {
  if (schema.type === 'boolean') {
    if (schema.default === undefined) return 'boolean'
    return schema.default === true ? 'off' : 'switch'
  }
  const types = [schema, ...(schema.anyOf ?? [])].flatMap((option) => option.type ?? [])
  if (types.includes('array')) return 'list'
  if (types.includes('integer') || types.includes('number')) return 'number'
  return types.includes('string') ? 'text' : 'json'
}

function choicesOf(schema: JsonSchema): string[] {
  return [schema, ...(schema.anyOf ?? [])].flatMap((option) => {
    if (typeof option.const === 'string') return [option.const]
    return (option.enum ?? []).filter((value) => typeof value === 'string')
  })
}
