import type { ContractOp, JsonSchema } from '../contract.ts'
import type { Item } from './template.ts'

type Input = Readonly<Record<string, unknown>>

interface AllPages {
  readonly operation: ContractOp
  readonly input: Input
  readonly call: (input: Input) => Promise<unknown>
}

/** A page of results. */
export interface Page {
  readonly items: readonly Item[]
  /** The number of entries on this page: of files, or of groups of files. */
  readonly count: number
  /** The number of entries that the command knows of; null if it does not count them. */
  readonly total: number | null
}

/**
 * The results of a command, page after page. With `limit` in the input, the command gives as many as it is asked for;
 * else all of them, as far as the operation can go on after a page.
 */
export async function* allPages({ call, input, operation }: AllPages): AsyncGenerator<Page> {
  const { properties = {} } = operation.input
  const isLimited = 'limit' in input || 'cursor' in input
  const largest = properties.limit?.maximum
  let next: Input | null = isLimited || largest === undefined ? input : { ...input, limit: largest }
  while (next) {
    const output: unknown = await call(next)
    const items = itemsAt(output, operation)
    const [list = ''] = pathOfItems(operation)
    const { length: count } = Reflect.get(Object(output), list) as unknown[]
    const total: unknown = Reflect.get(Object(output), 'total') ?? Reflect.get(Object(output), 'totalGroups')
    yield { items, count, total: typeof total === 'number' ? total : null }
    next = isLimited || count === 0 ? null : nextInput({ input: next, output, count, properties })
  }
}

function nextInput({ count, input, output, properties }: Turn): Input | null {
  const cursor: unknown = Reflect.get(Object(output), 'cursor')
  if (properties.cursor) return typeof cursor === 'string' ? { ...input, cursor } : null
  if (!properties.offset) return null
  const offset = Number(input.offset ?? 0) + count
  return offset < Number(Reflect.get(Object(output), 'total')) ? { ...input, offset } : null
}

interface Turn {
  readonly input: Input
  readonly output: unknown
  readonly count: number
  readonly properties: Readonly<Record<string, JsonSchema>>
}

/** The keys that lead to the list of results: `['groups', 'files']`. */
function pathOfItems({ cli }: ContractOp): readonly string[] {
  return cli?.each?.split('.') ?? []
}

function itemsAt(output: unknown, operation: ContractOp): Item[] {
  const keys = pathOfItems(operation)
  const from = operation.cli?.eachButFirst === true ? 1 : 0
  const lists = keys.reduce<unknown[]>(
    (found, key, at) =>
      found.flatMap((each) => (Reflect.get(Object(each), key) as unknown[]).slice(at === keys.length - 1 ? from : 0)),
    [output],
  )
  return lists as Item[]
}

/** The schema of one result. */
export function itemSchema(operation: ContractOp): JsonSchema {
  return pathOfItems(operation).reduce<JsonSchema>(
    (schema, key) => schema.properties?.[key]?.items ?? {},
    operation.output,
  )
}
