import type { LimitCode } from './fallback-folder-watcher.ts'
import { readInotifyLimit } from './native-folder-watcher.ts'

/** Enough for a million files in most trees; about 1 KB of kernel memory for each watch in use. */
const COMFORTABLE_WATCHES = 524_288
const COMFORTABLE_INSTANCES = 512

/** A setting in this file survives a restart. */
const SETTINGS_FILE = '/etc/sysctl.d/60-spacedrive.conf'

export interface LimitAdvice {
  readonly message: string
  readonly help: string
}

/** Advice for a user whose system has no room to watch `folders` more folders. Tests replace `read`. */
export function limitAdvice(
  { code, folders }: { code: LimitCode; folders: number },
  read: typeof readInotifyLimit = readInotifyLimit,
): LimitAdvice {
  const polled = `${folders} ${folders === 1 ? 'folder is' : 'folders are'} looked at every few seconds instead`
  if (code === 'ENOSPC') {
    const now = read('max_user_watches') ?? 0
    return {
      message: `the system allows only ${now} watched folders per user; ${polled}`,
      help: sysctl('fs.inotify.max_user_watches', Math.max(COMFORTABLE_WATCHES, powerOfTwo(now + 2 * folders))),
    }
  }
  const now = read('max_user_instances') ?? 0
  return {
    message: `the system allows only ${now} file watchers per user, or too few open files; ${polled}`,
    help: sysctl('fs.inotify.max_user_instances', Math.max(COMFORTABLE_INSTANCES, powerOfTwo(2 * now))),
  }
}

function sysctl(name: string, value: number): string {
  return `sudo sysctl ${name}=${value}\necho ${name}=${value} | sudo tee -a ${SETTINGS_FILE}`
}

/** The next power of two. */
function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, least)))
}
