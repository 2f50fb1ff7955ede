import type { Response as RpcResponse } from '@spacedrive/client'
import { type Context, Hono } from 'hono'
import { Request } from '../requests.ts'
import { notRequest, wireError } from '../wire-error.ts'
import type { HttpApp, HttpEnv } from './http-env.ts'
import { readJsonBody } from './json-body.ts'
import type { OperationCalls } from './operation-calls.ts'
import { HttpError } from './problem.ts'

/** Most requests in a batch: the same limit as for a connection. */
const MAX_BATCH = 64

/** JSON-RPC 2.0, a request or a batch of them. An answer is 200 also where it is an error: it is not about the transport. */
export function rpcRoutes(calls: OperationCalls): HttpApp {
  const routes = new Hono<HttpEnv>()
  routes.post('/', async (c) => {
    const document = await readJsonBody(c)
    if (!Array.isArray(document)) return respond(c, await answer(c, document, calls))
    if (document.length === 0 || document.length > MAX_BATCH) {
      throw new HttpError(400, 'InvalidInput', `a batch has 1 to ${MAX_BATCH} requests, not ${document.length}`)
    }
    const answers = await Promise.all(document.map((each) => answer(c, each, calls)))
    const said = answers.filter((each) => each !== null)
    return respond(c, said.length > 0 ? said : null)
  })
  routes.all('/', () => {
    throw new HttpError(405, 'Unsupported', 'send requests by POST', { allow: 'POST' })
  })
  return routes
}

/** Null: a notification, which is not answered. */
async function answer(c: Context<HttpEnv>, document: unknown, calls: OperationCalls): Promise<RpcResponse | null> {
  const parsed = Request.safeParse(document)
  if (!parsed.success) return { jsonrpc: '2.0', id: null, error: notRequest('this is no JSON-RPC 2.0 request') }
  const { confirm, id, library, method, params } = parsed.data
  try {
    const result = (await calls.call(c, { method, params, library, confirm })) ?? null
    return id === undefined ? null : { jsonrpc: '2.0', id, result }
  } catch (err) {
    return id === undefined ? null : { jsonrpc: '2.0', id, error: wireError(err) }
  }
}

function respond(c: Context<HttpEnv>, answers: RpcResponse | RpcResponse[] | null): Response {
  return answers === null ? c.body(null, 204) : c.json(answers as object)
}
