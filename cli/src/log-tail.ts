import { instancePaths } from '@spacedrive/client/node'
import { readTail } from '@spacedrive/core/read-tail'
import type { CliContext } from './context.ts'
import { instanceOf } from './session.ts'

export interface LogTail {
  readonly file: string
  readonly lines: readonly string[]
}

/** The last lines of the daemon's log, read from its file: after a crash, when one wants them, there is no daemon to ask. */
export async function readLogTail(context: CliContext, count: number): Promise<LogTail> {
  const file = instancePaths(instanceOf(context)).logFile
  return { file, lines: await readTail(file, count) }
}
