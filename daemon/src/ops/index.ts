import { ops as engineOps } from '@spacedrive/core/ops'
import { explorerLink, exposeExplorer, hideExplorer } from './explorer.ts'
import { accessLog, createApiKey, endSession, listSessions } from './sessions.ts'
import { systemStatus } from './system.ts'

/**
 * Every operation: those of the engine, and the daemon's own. The command line, JSON-RPC, the typed client and the API
 * docs are all derived from this record.
 */
export const ops = {
  ...engineOps,
  [explorerLink.name]: explorerLink,
  [exposeExplorer.name]: exposeExplorer,
  [hideExplorer.name]: hideExplorer,
  [listSessions.name]: listSessions,
  [endSession.name]: endSession,
  [createApiKey.name]: createApiKey,
  [accessLog.name]: accessLog,
  [systemStatus.name]: systemStatus,
}

export type Ops = typeof ops
