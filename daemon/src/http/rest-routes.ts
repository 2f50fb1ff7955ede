import { CoreError } from '@spacedrive/core'
import type { Op } from '@spacedrive/core/ops'
import { ops } from '../ops/index.ts'
import { CONFIRM, LIBRARY, takesConfirmation, takesLibrary } from '../request-parameters.ts'
import { UnknownOperation } from '../wire-error.ts'
import { type Context, Hono } from 'hono'
import { conditionalJson } from './conditional-json.ts'
import type { HttpApp, HttpEnv } from './http-env.ts'
import { readJsonBody } from './json-body.ts'
import type { OperationCalls } from './operation-calls.ts'
import { inputSchema, type JsonSchema } from './operation-schema.ts'
import { HttpError } from './problem.ts'
import { inputFromQuery } from './query-input.ts'

const registry: Readonly<Record<string, Op>> = ops

/** The path of an operation below `/api/v1`: `locations.add` is `/locations/add`. */
export function pathOf({ name }: Op): string {
  return `/${name.replace('.', '/')}`
}

/** Every operation at an address of its own: queries by GET, with their input as parameters, and everything by POST, with it as JSON. */
export function restRoutes(calls: OperationCalls): HttpApp {
  const routes = new Hono<HttpEnv>()
  const schemas = new Map<Op, JsonSchema>()
  const schemaOf = (op: Op) => {
    const schema = schemas.get(op) ?? inputSchema(op)
    schemas.set(op, schema)
    return schema
  }

  routes.get('/:feature/:verb', async (c) => {
    const op = operationOf(c)
    if (op.kind === 'action') throw new HttpError(405, 'Unsupported', `send ${op.name} by POST`, { allow: 'POST' })
    const { library, rest } = besideInput(c, op)
    const result = await calls.call(c, { method: op.name, params: inputFromQuery(rest, schemaOf(op)), library })
    return conditionalJson(c, JSON.stringify(result ?? null))
  })

  routes.post('/:feature/:verb', async (c) => {
    const op = operationOf(c)
    const { confirm, library, rest } = besideInput(c, op)
    if (rest.size > 0)
      throw new CoreError('InvalidInput', 'send the input of a POST request in its body, not in URL parameters')
    const params = await readJsonBody(c)
    const result = await calls.call(c, { method: op.name, params, library, confirm })
    return c.json((result ?? null) as object)
  })

  routes.all('/:feature/:verb', (c) => {
    const op = operationOf(c)
    const allow = op.kind === 'query' ? 'GET, HEAD, POST' : 'POST'
    throw new HttpError(405, 'Unsupported', `send ${op.name} by ${allow}`, { allow })
  })
  return routes
}

function operationOf(c: Context<HttpEnv, '/:feature/:verb'>): Op {
  const name = `${c.req.param('feature')}.${c.req.param('verb')}`
  const op = Object.hasOwn(registry, name) ? registry[name] : undefined
  if (!op) throw new UnknownOperation(name, Object.keys(registry))
  return op
}

interface BesideInput {
  readonly library: string | undefined
  readonly confirm: boolean
  /** All other parameters. */
  readonly rest: URLSearchParams
}

function besideInput(c: Context<HttpEnv>, op: Op): BesideInput {
  const rest = new URL(c.req.url).searchParams
  const take = (name: string, isTaken: boolean) => {
    if (!isTaken) return undefined
    const values = rest.getAll(name)
    if (values.length > 1) throw new CoreError('InvalidInput', `the parameter ${name} is given ${values.length} times`)
    rest.delete(name)
    return values[0]
  }
  const confirm = take(CONFIRM, takesConfirmation(op)) ?? 'false'
  if (confirm !== 'true' && confirm !== 'false')
    throw new CoreError('InvalidInput', `${CONFIRM} is true or false, not ${JSON.stringify(confirm)}`)
  return { library: take(LIBRARY, takesLibrary(op)), confirm: confirm === 'true', rest }
}
