import { createReadStream, existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ClientError, type OutputOf } from '@spacedrive/client'
import { instancePaths } from '@spacedrive/client/node'
import { CoreError, systemCode } from '@spacedrive/core/errors'
import type { PassingContent } from '@spacedrive/core/passing-content'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { instanceOf, openSession, type Session } from '../session.ts'
import { printable } from '../text/escape.ts'
import { formatBytes } from '../text/format.ts'

const SCHEME = 'sidecar://'
const CONTENT = 'content://'

/**
 * Writes files to stdout, one after the other: those of paths as they are, those of sidecars by their addresses, and those
 * of other devices through the daemon.
 */
export async function cat(values: Values, context: CliContext): Promise<number> {
  const files: (string | { readonly address: string })[] = []
  for (const name of values.file as readonly string[]) {
    if (name.startsWith(SCHEME)) files.push(...(await pathsOf(name, { wait: values.wait === true, context })))
    else files.push(/^(local|content):\/\//.test(name) ? { address: name } : resolve(name))
  }
  await write(files, context)
  return exitCodes.ok
}

async function pathsOf(
  address: string,
  { context, wait }: { context: CliContext; wait: boolean },
): Promise<readonly string[]> {
  using session = await openSession(context)
  const found = await session.action('sidecars.resolve', { address, mode: wait ? 'now' : 'local' })
  const paths = found.flatMap(({ path }) => path ?? [])
  if (paths.length > 0) return paths
  const [reason] = found.flatMap(({ error }) => error?.message ?? [])
  const advice = wait || /[*?]/.test(address) ? '' : '; --wait makes it first'
  throw new CoreError('NotFound', `${address} does not exist${reason === undefined ? advice : `: ${reason}`}`)
}

async function write(files: readonly (string | { readonly address: string })[], context: CliContext): Promise<void> {
  try {
    await pipeline(bytesOf(files, context), process.stdout, { end: false, signal: context.interrupt.signal })
  } catch (err) {
    // The reader closed the pipe, as `head` does.
    if (systemCode(err) !== 'EPIPE') throw err
  }
}

async function* bytesOf(
  files: readonly (string | { readonly address: string })[],
  context: CliContext,
): AsyncGenerator<Buffer> {
  const isAway = (file: (typeof files)[number]) => typeof file !== 'string'
  using session = files.some(isAway) ? await openSession(context) : null
  for (const file of files)
    yield* typeof file === 'string' ? bytesAt(file, context) : bytesThrough(session!, file.address)
}

async function* bytesAt(path: string, context: CliContext): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path) as AsyncIterable<Buffer>
  } catch (err) {
    const code = systemCode(err)
    if (code === 'ENOENT') {
      await throwIfOffline(path, context)
      throw new CoreError('NotFound', `there is no file ${path}`, { cause: err })
    }
    if (code === 'EISDIR') throw new CoreError('InvalidInput', `${path} is a folder; \`spacedrive ls\` lists it`)
    if (code === 'EACCES')
      throw new CoreError('PermissionDenied', `cannot read ${path}: permission denied`, { cause: err })
    throw err
  }
}

/** The daemon knows whether the file is on a disk that is not plugged in, and where another copy is. */
async function throwIfOffline(path: string, context: CliContext): Promise<void> {
  // Where nothing has been indexed yet, no daemon is started for a mistyped name.
  const { dataDir } = instancePaths(instanceOf(context))
  const start = context.globals.start && existsSync(dataDir) ? 'auto' : 'never'
  const session = await openSession(context, { start }).catch(() => null)
  if (!session) return
  using asking = session
  try {
    await asking.query('files.read', { path, offset: 0, length: 0 })
  } catch (err) {
    if (err instanceof ClientError && err.code === 'Offline') throw err
  }
}

/**
 * Piece by piece. If the device of a content disconnects, another device continues. Data from other devices is compared
 * with the content at the end, when it is printed already: throws `Corrupt` where it is something else.
 */
async function* bytesThrough(session: Session, path: string): AsyncGenerator<Buffer> {
  const { io } = session.context
  const isContent = path.startsWith(CONTENT)
  let last: Piece | null = null
  let passing: PassingContent | null = null
  const senders = new Set<string>()
  for (let offset = 0; last === null || offset < last.size;) {
    const piece: Piece = await session
      .query('files.read', { path, offset, ...(last && sameAs(last, isContent)) })
      .catch((err: unknown) => {
        if (!isContent || last === null || !isGone(err)) throw err
        return session.query('files.read', { path, offset })
      })
    if (last !== null && piece.size !== last.size)
      throw new CoreError('Conflict', `${path} has changed on the other device; read it again`)
    if (isContent && piece.source.device?.id !== last?.source.device?.id) io.note(sourceLine(piece))
    const bytes = Buffer.from(piece.base64, 'base64')
    if (isContent) {
      passing ??= await beginPassing(piece.size)
      passing.push(bytes)
      if (piece.source.device !== null) senders.add(piece.source.device.name)
    }
    last = piece
    if (bytes.length === 0) break
    offset += bytes.length
    yield bytes
  }
  if (senders.size > 0 && !passing!.wasContent(path.slice(CONTENT.length).toLowerCase()))
    throw new CoreError(
      'Corrupt',
      `${[...senders].join(' and ')} sent something else than ${path}; do not use what was printed`,
    )
}

/** The hashes take time to load, and only contents of others need them. */
async function beginPassing(size: number): Promise<PassingContent> {
  const { PassingContent } = await import('@spacedrive/core/passing-content')
  return PassingContent.begin(size)
}

type Piece = OutputOf<'files.read'>

/** Asks for more of the same: of a file as it was, of a content from where it came. */
function sameAs({ etag, source: { device } }: Piece, isContent: boolean) {
  return { etag, ...(isContent && device !== null && { from: device.id }) }
}

function isGone(err: unknown): boolean {
  return err instanceof ClientError && ['Offline', 'Unavailable', 'Timeout', 'Conflict'].includes(err.code)
}

function sourceLine({ source: { bytesPerSecond, device, latencyMs } }: Piece): string {
  if (device === null) return 'From this device.'
  const latency = latencyMs === null ? '' : `, ${latencyMs.toFixed(1)} ms away`
  const rate = bytesPerSecond === null ? '' : `, ${formatBytes(bytesPerSecond)}/s`
  return `From ${printable(device.name)}${latency}${rate}.`
}
