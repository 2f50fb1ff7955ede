import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { homeFolder } from '../util/home-folder.ts'

export interface ReceiveFolderInput {
  /** The setting `network.receiveFolder`; empty if none was chosen. */
  readonly chosen: string
  /** The user's home folder; by default that of this process. */
  readonly home?: string
}

/**
 * The folder for received files if the user named none: the folder from the settings, else the desktop's download
 * folder, by default `Downloads`. Users can always see this folder. It may not exist yet.
 */
export function receiveFolder({ chosen, home = homeFolder() }: ReceiveFolderInput): string {
  if (chosen !== '') return chosen
  return desktopDownloads(home) ?? join(home, 'Downloads')
}

/** Folders that people and other devices put files into. If one of the files is private, the folder is not. */
export function sharedFolders(input: ReceiveFolderInput): readonly string[] {
  return [input.home ?? homeFolder(), receiveFolder(input)]
}

/**
 * The value of `XDG_DOWNLOAD_DIR` in `user-dirs.dirs`. The desktop names the folder in the user's language. Null if it
 * is not set.
 */
function desktopDownloads(home: string): string | null {
  let text
  try {
    text = readFileSync(join(home, '.config', 'user-dirs.dirs'), 'utf8')
  } catch {
    // The file is missing, as on most systems.
    return null
  }
  const path = /^\s*XDG_DOWNLOAD_DIR="(.+)"\s*$/m.exec(text)?.[1]?.replace(/^\$HOME/, () => home)
  // If it is set to the home folder itself, there is no download folder.
  return path !== undefined && isAbsolute(path) && path.replace(/\/+$/, '') !== home ? path : null
}
