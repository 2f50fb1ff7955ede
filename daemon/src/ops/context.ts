import { CoreError } from '@spacedrive/core/errors'
import type { CoreContext } from '@spacedrive/core/ops'
import type { ExplorerHost } from '../explorer-host.ts'

/** The context of the daemon's own operations. */
export interface DaemonContext extends CoreContext {
  /** Null if the daemon serves no web page. */
  readonly explorer: ExplorerHost | null
}

/** Throws `Unavailable` if the daemon serves no web page. */
export function served({ explorer }: DaemonContext): ExplorerHost {
  if (explorer) return explorer
  throw new CoreError(
    'Unavailable',
    'the explorer is not running; see `spacedrive config explain http.port` for its setting and the log of the daemon for errors',
  )
}
