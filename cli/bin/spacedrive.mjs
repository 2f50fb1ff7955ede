#!/usr/bin/env node
// Plain JavaScript with nothing newer than Node 16 in it: whatever Node is on PATH must be able to read this file.
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, statSync } from 'node:fs'
import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeProgram, OLDEST_NODE } from '../../client/src/node/node-program.js'

const node = nodeProgram()
if (node === process.execPath) await run()
else if (node) runWith(node)
else fail('no newer one is installed beside it')

async function run() {
  const cache = process.env.NODE_COMPILE_CACHE || ownCompileCache()
  if (cache) module.enableCompileCache(cache)
  const { main } = await import('../src/main.ts')
  process.exitCode = await main(process.argv.slice(2))
}

/** The folder is private, because Node executes what it finds there. */
function ownCompileCache() {
  const folder = compileCacheFolder()
  if (!folder) return null
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    // Root can change the folders of other users; they could change them back.
    return !process.getuid || statSync(folder).uid === process.getuid() ? folder : null
  } catch {
    // The disk is read-only or full, or the folder belongs to another user.
    return null
  }
}

/** In the user's own cache, not in the temporary folder, where somebody else could have put code there before. */
function compileCacheFolder() {
  const home = homeFolder()
  if (!home) return null
  if (process.platform === 'win32')
    return join(process.env.LOCALAPPDATA || join(home, 'AppData/Local'), 'spacedrive/cache/node')
  if (process.platform === 'darwin') return join(home, 'Library/Caches/spacedrive/node')
  return join(process.env.XDG_CACHE_HOME || join(home, '.cache'), 'spacedrive/node')
}

/** Null for a user id without an account and without HOME, as in a container. */
function homeFolder() {
  try {
    return homedir()
  } catch {
    return null
  }
}

function runWith(program) {
  const child = spawn(program, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal sends Ctrl-C to both processes; sending it on as well would count as pressing it twice.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (err) => fail(`the one installed beside it does not start: ${err.message}`))
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code === null ? 1 : code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function fail(reason) {
  process.stderr.write(
    `spacedrive needs Node.js ${OLDEST_NODE} or newer. This is ${process.version} (${process.execPath}), and ${reason}.\n` +
      'Run `npm install` in the folder of Spacedrive, or install Node.js from https://nodejs.org.\n',
  )
  process.exitCode = 1
}
