import type { Context } from 'hono'
import type { HttpEnv } from './http-env.ts'
import { HttpError } from './problem.ts'

/** Throws 415 for a request that says that it is no JSON, as a form of another site must. */
export function checkJson(c: Context<HttpEnv>): void {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new HttpError(415, 'InvalidInput', 'send JSON, with `content-type: application/json`')
  }
}

/** The document of a request. Throws 415 where it says that it is no JSON, and 400 where it is none. */
export async function readJsonBody(c: Context<HttpEnv>): Promise<unknown> {
  checkJson(c)
  const text = await c.req.text()
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HttpError(
      400,
      'InvalidInput',
      `the request body is not valid JSON: ${cause instanceof Error ? cause.message : 'it is cut off'}`,
    )
  }
}
