import { statSync } from 'node:fs'
import { join } from 'node:path'
import { homeFolder } from '../util/home-folder.ts'

export interface ReceiveFolderInput {
  /** `network.receiveFolder`; empty: none was chosen. */
  readonly chosen: string
  readonly dataDir: string
  /** Of the person; the one of this process by default. */
  readonly home?: string
}

/**
 * Where files of other devices come to that nobody named a folder for: the folder that was chosen, else Downloads, or
 * `received` in the data folder where there is no such folder. It may have to be made.
 */
export function receiveFolder({ chosen, dataDir, home = homeFolder() }: ReceiveFolderInput): string {
  if (chosen !== '') return chosen
  const usual = join(home, 'Downloads')
  const isThere = statSync(usual, { throwIfNoEntry: false })?.isDirectory() ?? false
  return isThere ? usual : join(dataDir, 'received')
}
