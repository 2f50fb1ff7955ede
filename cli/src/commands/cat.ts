import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { CoreError, systemCode } from '@spacedrive/core/errors'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { openSession } from '../session.ts'

const SCHEME = 'sidecar://'

/** Writes files to stdout, one after the other: those of paths as they are, those of sidecars by their addresses. */
export async function cat(values: Values, context: CliContext): Promise<number> {
  const paths: string[] = []
  for (const name of values.file as readonly string[])
    paths.push(
      ...(name.startsWith(SCHEME) ? await pathsOf(name, { wait: values.wait === true, context }) : [resolve(name)]),
    )
  await write(paths, context)
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
  throw new CoreError('NotFound', `${address} is not there${reason === undefined ? advice : `: ${reason}`}`)
}

async function write(paths: readonly string[], { interrupt }: CliContext): Promise<void> {
  try {
    await pipeline(bytesOf(paths), process.stdout, { end: false, signal: interrupt.signal })
  } catch (err) {
    // Whoever reads has had enough, as `head` has.
    if (systemCode(err) !== 'EPIPE') throw err
  }
}

async function* bytesOf(paths: readonly string[]): AsyncGenerator<Buffer> {
  for (const path of paths) {
    try {
      yield* createReadStream(path) as AsyncIterable<Buffer>
    } catch (err) {
      const code = systemCode(err)
      if (code === 'ENOENT') throw new CoreError('NotFound', `there is no file ${path}`, { cause: err })
      if (code === 'EISDIR') throw new CoreError('InvalidInput', `${path} is a folder; \`spacedrive ls\` lists it`)
      if (code === 'EACCES') throw new CoreError('PermissionDenied', `${path} may not be read`, { cause: err })
      throw err
    }
  }
}
