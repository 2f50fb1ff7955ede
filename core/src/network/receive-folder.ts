import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { homeFolder } from '../util/home-folder.ts'

export interface ReceiveFolderInput {
  /** `network.receiveFolder`; empty: none was chosen. */
  readonly chosen: string
  /** Of the person; the one of this process by default. */
  readonly home?: string
}

/**
 * Where received files go that nobody named a folder for: the chosen folder, else the download folder of the desktop, by
 * default `Downloads`. Always a folder that people see; it may have to be made.
 */
export function receiveFolder({ chosen, home = homeFolder() }: ReceiveFolderInput): string {
  if (chosen !== '') return chosen
  return desktopDownloads(home) ?? join(home, 'Downloads')
}

/** `XDG_DOWNLOAD_DIR` of `user-dirs.dirs`: in other languages the folder has another name. Null where none is set. */
function desktopDownloads(home: string): string | null {
  let text
  try {
    text = readFileSync(join(home, '.config', 'user-dirs.dirs'), 'utf8')
  } catch {
    // Few systems have it.
    return null
  }
  const path = /^\s*XDG_DOWNLOAD_DIR="(.+)"\s*$/m.exec(text)?.[1]?.replace(/^\$HOME/, () => home)
  // Set to the home folder itself, it means that there is none.
  return path !== undefined && isAbsolute(path) && path.replace(/\/+$/, '') !== home ? path : null
}
