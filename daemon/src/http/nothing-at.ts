import { nearest } from '@spacedrive/core/nearest'
import type { Op } from '@spacedrive/core/ops'
import { ops } from '../ops/index.ts'
import { MAX_COMPARED_LENGTH } from '../wire-error.ts'
import { HttpError } from './problem.ts'
import { pathOf } from './rest-routes.ts'

const METRICS = '/metrics'
/** Addresses that programs use, besides those of the operations. */
const others = ['/api', '/events', '/graphql', '/health', '/mcp', METRICS, '/openapi.json', '/rpc', '/ws']
/** What operations' paths begin with, with any version or none. */
const BASE = /^\/api(\/v\d+)?(?=\/)/
/** Characters of a path that are repeated. */
const MAX_NAMED = 200

/** The error for a path that leads nowhere. The message has the most similar address of the interface for programs. */
export function nothingAt(path: string): HttpError {
  return new HttpError(404, 'NotFound', `there is nothing at ${path.slice(0, MAX_NAMED)}; ${adviceFor(path)}`)
}

function adviceFor(path: string): string {
  if (path === METRICS)
    return '`spacedrive config set http.metrics true` and `spacedrive restart` make the figures available there'
  const hint = path.length <= MAX_COMPARED_LENGTH ? meant(path) : undefined
  return hint === undefined ? '/openapi.json lists the operations' : `did you mean ${hint}?`
}

function meant(path: string): string | undefined {
  const [other] = nearest(path, others)
  if (other !== undefined) return other
  // Without the beginning that all operations share, which would make any two of them alike.
  const [operation] = nearest(path.replace(BASE, ''), Object.values<Op>(ops).map(pathOf))
  return operation === undefined ? undefined : `/api/v1${operation}`
}
