import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { shellWord } from '@spacedrive/core/shell-word'
import type { Globals } from './globals.ts'

/** Folders that npm puts on the PATH for a script or `npx`; a shell does not have them. */
const NPM_FOLDERS = /[\\/]node_modules[\\/]\.bin[\\/]?$|[\\/]node-gyp-bin[\\/]?$/

const FILES = process.platform === 'win32' ? ['spacedrive.cmd', 'spacedrive.exe'] : ['spacedrive']

/** Where the user types commands. */
export interface TypingPlace {
  readonly env: NodeJS.ProcessEnv
  readonly folder: string
  /** The file of the program itself, for a shell that finds no other way to it. */
  readonly file: string
}

/**
 * The words that start this program from the user's shell, without its arguments: `spacedrive` if that is on the PATH,
 * `npx spacedrive` in a folder where npm finds it, or else Node with the file of the program. Includes the instance and
 * the data folder if flags named them.
 */
export function programAsTyped(
  { dataDir, instance }: Partial<Pick<Globals, 'instance' | 'dataDir'>>,
  { env, file, folder }: TypingPlace = placeOfProcess(),
): string {
  const program = isOnPath(env) ? 'spacedrive' : hasPackage(folder) ? 'npx spacedrive' : `node ${shellWord(file)}`
  const flags = [
    ...(instance === undefined || instance === env.SPACEDRIVE_INSTANCE ? [] : ['--instance', instance]),
    ...(dataDir === undefined || dataDir === env.SPACEDRIVE_DATA_DIR ? [] : ['--data-dir', shellWord(dataDir)]),
  ]
  return [program, ...flags].join(' ')
}

/**
 * A sentence with its commands as the user types them. In sentences, a command is between backticks and starts with
 * `spacedrive`.
 */
export function withTypedCommands(sentence: string, program: () => string): string {
  return sentence.replaceAll(/`spacedrive(?= )/g, () => `\`${program()}`)
}

function placeOfProcess(): TypingPlace {
  const { env } = process
  // npm runs a script in the folder of the package, and says where it was called.
  return { env, folder: env.INIT_CWD ?? process.cwd(), file: process.argv[1] ?? 'spacedrive' }
}

function isOnPath({ PATH, Path }: NodeJS.ProcessEnv): boolean {
  const folders = (PATH ?? Path ?? '').split(delimiter).filter((folder) => folder !== '' && !NPM_FOLDERS.test(folder))
  return folders.some((folder) => FILES.some((file) => existsSync(join(folder, file))))
}

function hasPackage(folder: string): boolean {
  if (FILES.some((file) => existsSync(join(folder, 'node_modules/.bin', file)))) return true
  const parent = dirname(folder)
  return parent !== folder && hasPackage(parent)
}
