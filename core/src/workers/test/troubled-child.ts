import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { CoreError } from '../../util/errors.ts'
import { CHANNEL } from '../process-channel.ts'
import { processorTimes, programsMs } from '../processor-times.ts'
import { serveProcess } from '../serve-process.ts'

/** Simulates the effects of bad files on a decoder, one for each request. */
serveProcess<string, string>(async (request, progress, folders) => {
  if (request === 'hang') for (;;);
  if (request === 'toil') {
    // Blocks like a series of system calls: the process receives no messages in between.
    for (let done = 1; done <= 10; done++) {
      for (const end = performance.now() + 20; performance.now() < end;);
      progress(done)
    }
  }
  if (request === 'crash') process.kill(process.pid, 'SIGSEGV')
  if (request === 'exit') process.exit(7)
  if (request === 'throw') throw new Error('unexpected end of file')
  if (request === 'refuse') throw new CoreError('Unsupported', 'nothing here reads it')
  if (request === 'uncaught') {
    setImmediate(() => {
      throw new Error('thrown where nobody catches')
    })
    await new Promise(() => {})
  }
  if (request === 'no-space') throw Object.assign(new Error('write'), { code: 'ENOSPC' })
  if (request === 'program') return `${spawn('sleep', ['1000'], { stdio: 'ignore' }).pid}`
  if (request === 'program apart') return `${spawn('sleep', ['1000'], { stdio: 'ignore', detached: true }).pid}`
  if (request === 'count a program') return countProgram()
  if (request === 'litter') litter(folders!.results)
  if (request === 'read') return readFileSync(join(folders!.given, 'lent'), 'utf8')
  if (request === 'continue' || request === 'continue and hang')
    appendFileSync(join(folders!.results, 'begun'), ' and continued')
  if (request === 'continue and hang') for (;;);
  if (request.startsWith('send ')) {
    writeAll(Buffer.from(request.slice('send '.length), 'hex'))
    await new Promise(() => {})
  }
  if (request === 'plant a link') symlinkSync('/etc/passwd', join(folders!.results, 'made'))
  if (request === 'plant a folder') mkdirSync(join(folders!.results, 'made', 'inner'), { recursive: true })
  if (request === 'make an open file') {
    process.umask(0)
    writeFileSync(join(folders!.results, 'made'), '', { mode: 0o6777 })
  }
  if (request === 'make a file with two names') {
    writeFileSync(join(folders!.results, 'made'), '')
    linkSync(join(folders!.results, 'made'), join(folders!.results, 'other'))
  }
  if (request === 'fill') {
    const held: Uint8Array[] = []
    for (;;) held.push(new Uint8Array(16 * 2 ** 20).fill(held.length))
  }
  return `${request} by ${process.pid}`
})

/** Starts a program that loops, and reads its processor time until it has worked for a moment. */
async function countProgram(): Promise<string> {
  const child = spawn('yes', { stdio: ['ignore', 'pipe', 'ignore'] })
  child.stdout.resume()
  for (;;) {
    const times = await processorTimes(child.pid)
    if (times === null) return 'its time is not told'
    const ran = [...times.values()].reduce((sum, thread) => sum + thread.ran, 0)
    if (ran < 50) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
    return programsMs() >= 50 ? 'it is counted' : 'it is not counted once it has ended'
  }
}

/**
 * Leaves entries that are hard to remove: a path longer than the system allows, a name that is not text, a closed
 * folder.
 */
function litter(folder: string): void {
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]), '')
  mkdirSync(join(folder, 'closed', 'inner'), { recursive: true })
  // Sets the mode on creation, because a box does not allow changing it afterwards.
  mkdirSync(join(folder, 'closed', 'too'), { mode: 0 })
  process.chdir(folder)
  for (let depth = 0; depth < 40; depth++) {
    mkdirSync('x'.repeat(250))
    process.chdir('x'.repeat(250))
  }
}

/** Writes to the channel directly, bypassing the code that serves it. */
function writeAll(bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(CHANNEL, bytes, at)
    } catch (err) {
      // The pool has not read the earlier bytes yet.
      if ((err as NodeJS.ErrnoException).code !== 'EAGAIN') throw err
    }
  }
}
