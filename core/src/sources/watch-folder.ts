import { watch } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { CoreError } from '../util/errors.ts'
import { displayName, fsPath, type RawName } from '../util/file-name.ts'
import { unreachableError } from '../util/path-error.ts'

/**
 * Watches the entries of one folder, not those of its subfolders. `onChange` is also called if the folder can no
 * longer be watched, so that the caller reads the folder again.
 */
export async function watchFolder(path: RawName, onChange: () => void): Promise<Disposable> {
  try {
    const stats = await lstat(fsPath(path))
    if (!stats.isDirectory()) throw new CoreError('InvalidInput', `${displayName(path)} is not a folder`)
    const watcher = watch(fsPath(path), { persistent: false })
    watcher.on('change', onChange)
    watcher.on('error', onChange)
    return { [Symbol.dispose]: () => watcher.close() }
  } catch (err) {
    throw err instanceof CoreError ? err : unreachableError(err, displayName(path))
  }
}
