import { readFileSync } from 'node:fs'
import type { CliHints, Kind, Scope } from '@spacedrive/core/ops'
import type { ErrorCode } from '@spacedrive/core/errors'
import type { Topic } from '@spacedrive/core/events'
import type { Ops } from '@spacedrive/daemon/ops'

/** The part of JSON Schema that `z.toJSONSchema` writes and the command line reads. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
}

/** One operation as `npm run generate` writes it down. */
export interface ContractOp {
  readonly name: keyof Ops
  readonly kind: Kind
  readonly scope: Scope
  /** The right that a session from another machine, or an API key, needs. Null: only this machine may run the operation. */
  readonly access: string | null
  readonly summary: string
  readonly errors: readonly ErrorCode[]
  /** For a query: the data that its answer depends on. An event about it makes a cached answer stale. */
  readonly staleBy?: readonly Topic[]
  readonly cli: CliHints | null
  readonly input: JsonSchema
  readonly output: JsonSchema
}

/** The committed copy of every operation, so that `--help` loads neither schemas nor the engine. */
export function loadContract(): readonly ContractOp[] {
  return JSON.parse(readFileSync(new URL('./contract.json', import.meta.url), 'utf8')) as readonly ContractOp[]
}
