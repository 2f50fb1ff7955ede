import { byName, ops as engineOps } from '@spacedrive/core/ops'
import { operations as downloads } from './downloads.ts'
import { operations as explorer } from './explorer.ts'
import { operations as sessions } from './sessions.ts'
import { operations as system } from './system.ts'

/**
 * Every operation: those of the engine, and the daemon's own. The command line, JSON-RPC, the typed client and the API
 * docs are all derived from this record.
 */
export const ops = { ...engineOps, ...byName([...downloads, ...explorer, ...sessions, ...system]) }

export type Ops = typeof ops
