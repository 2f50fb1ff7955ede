import { execFile } from 'node:child_process'
import { createHash, type Hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { homeFolder } from '../../util/home-folder.ts'

/** One version of a package in a registry. */
export interface PackageVersion {
  readonly name: string
  readonly version: string
}

/** The file of a package, as the registry describes it. */
interface PackageFile {
  /** The addresses to try, in order. */
  readonly addresses: readonly URL[]
  /** The expected SHA-512 in base64. */
  readonly sha512: string
}

/** The time limit for the description of a package, and for the package itself, in milliseconds. */
const DESCRIBE_MS = 30_000
const DOWNLOAD_MS = 600_000
/** The time limit for asking npm which registry it uses, in milliseconds. */
const NPM_MS = 20_000
/** Limit on a description, in bytes. It lists all versions of a package: some thousand at most. */
const MAX_DESCRIPTION_BYTES = 16 * 2 ** 20
/**
 * Limits on a package, in bytes: as downloaded, and unpacked. The data of the largest language takes 40 MB unpacked.
 */
const MAX_PACKED_BYTES = 128 * 2 ** 20
const MAX_UNPACKED_BYTES = 512 * 2 ** 20

/**
 * The address of the registry for packages of a scope, as npm would choose it: by the environment, by the user's
 * `.npmrc`, by that of the installation, or by its own default. Throws `InvalidInput` if the configured value is not
 * an address, and `Unavailable` if no registry is configured.
 */
export async function registryOf(scope: string, env: NodeJS.ProcessEnv = process.env): Promise<URL> {
  const files = [
    variable(env, 'npm_config_userconfig') ?? join(homeFolder(), '.npmrc'),
    variable(env, 'npm_config_globalconfig') ?? join(dirname(dirname(process.execPath)), 'etc', 'npmrc'),
  ]
  const settings = await Promise.all(files.map((file) => readSettings(file, env)))
  const named = (key: string) => settings.map((each) => each.get(key)).find((value) => value !== undefined)
  const text =
    named(`${scope}:registry`) ?? variable(env, 'npm_config_registry') ?? named('registry') ?? (await askNpm())
  const url = URL.parse(text.endsWith('/') ? text : `${text}/`)
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new CoreError('InvalidInput', `npm's configuration names ${text} as its registry, which is no address`)
}

/** The registry that npm uses if no configuration names another. */
async function askNpm(): Promise<string> {
  try {
    // On Windows, npm is a script, which only a shell can start. No argument comes from a user.
    const options = { timeout: NPM_MS, cwd: homeFolder(), shell: process.platform === 'win32' }
    const { stdout } = await promisify(execFile)('npm', ['config', 'get', 'registry'], options)
    return stdout.trim()
  } catch (err) {
    throw new CoreError(
      'Unavailable',
      'npm does not say which registry it uses. Install npm, or name a registry in the variable npm_config_registry of the daemon',
      { cause: err },
    )
  }
}

/** A variable of the environment. npm accepts its own variables in small and in capital letters. */
function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] || env[name.toUpperCase()] || undefined
}

/** Reads the settings from a configuration file of npm. A missing file has no settings. */
async function readSettings(file: string, env: NodeJS.ProcessEnv): Promise<Map<string, string>> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*[;#]/.test(line) && line.includes('='))
  return new Map(
    lines.map((line) => {
      const at = line.indexOf('=')
      const value = line
        .slice(at + 1)
        .trim()
        .replace(/^(["'])(.*)\1$/, '$2')
      return [line.slice(0, at).trim(), value.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => env[name] ?? '')]
    }),
  )
}

const Description = z.object({
  versions: z.record(z.string(), z.object({ dist: z.object({ tarball: z.string(), integrity: z.string() }) })),
})

/**
 * Finds the file of a package. Throws `NotFound` if the registry has no such package, `Offline` if the registry cannot
 * be reached, `NotAuthorised` if it wants an account, `Corrupt` if its answer cannot be used, `Timeout` if the answer
 * takes too long, and `Cancelled`.
 */
export async function findPackageFile(
  registry: URL,
  { name, version }: PackageVersion,
  signal: AbortSignal,
): Promise<PackageFile> {
  const address = new URL(name.replace('/', '%2f'), registry)
  const body = await ask(address, { signal, timeoutMs: DESCRIBE_MS, what: name })
  const parts: Uint8Array[] = []
  for await (const part of bounded(body, MAX_DESCRIPTION_BYTES, name)) parts.push(part)
  const description = Description.safeParse(parseJson(Buffer.concat(parts).toString('utf8')))
  const dist = description.data?.versions[version]?.dist
  if (!dist) throw new CoreError('NotFound', `${registry.href} has no version ${version} of ${name}`)
  const sha512 = /\bsha512-([A-Za-z0-9+/=]+)/.exec(dist.integrity)?.[1]
  const file = URL.parse(dist.tarball)
  if (sha512 === undefined || !file || !/^https?:$/.test(file.protocol))
    throw new CoreError('Corrupt', `the answer of ${registry.href} about ${name} has no address or no checksum`)
  // The description from a mirror may name the address at the original registry, so try the same path at the mirror
  // first. But some registries do keep their packages on another host.
  const addresses = file.origin === registry.origin ? [file] : [new URL(file.pathname, registry), file]
  return { addresses, sha512 }
}

/**
 * Downloads a package and passes on its unpacked bytes, a tar. If the checksum is wrong, throws `Corrupt` at the end,
 * so the caller must not use any data before that. See `findPackageFile` for other errors.
 */
export async function* download(
  file: PackageFile,
  signal: AbortSignal,
  timeoutMs = DOWNLOAD_MS,
): AsyncGenerator<Buffer> {
  const { body, shown } = await askEach(file.addresses, signal, timeoutMs)
  const hash = createHash('sha512')
  let failure: Error | null = null
  // If the download or the unpacking fails, `pipeline` ends both, and its error is the reported one.
  const unpacked = pipeline(
    Readable.from(hashing(bounded(body, MAX_PACKED_BYTES, shown), hash)),
    createGunzip(),
    (err) => void (failure = err ?? null),
  )
  try {
    yield* bounded(unpacked, MAX_UNPACKED_BYTES, shown) as AsyncGenerator<Buffer>
  } catch (err) {
    const cause = failure ?? err
    throw cause instanceof CoreError ? cause : damaged(shown, cause)
  }
  if (hash.digest('base64') !== file.sha512)
    throw new CoreError('Corrupt', `${shown} is damaged: its checksum is not the one that the registry states`)
}

/** Tries the addresses in order. If all fail, throws the error of the last one. */
async function askEach(
  [address, ...others]: readonly URL[],
  signal: AbortSignal,
  timeoutMs: number,
): Promise<{ body: AsyncIterable<Uint8Array>; shown: string }> {
  const shown = `${address!.origin}${address!.pathname}`
  try {
    return { body: await ask(address!, { signal, timeoutMs, what: shown }), shown }
  } catch (err) {
    if (others.length === 0 || signal.aborted) throw err
    return askEach(others, signal, timeoutMs)
  }
}

async function* hashing(parts: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    hash.update(part)
    yield part
  }
}

function damaged(shown: string, cause: unknown): CoreError {
  return new CoreError(
    'Corrupt',
    `${shown} is damaged, or the connection was lost: ${errorMessage(cause)}; try again`,
    {
      cause,
    },
  )
}

interface AskOptions {
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** The name of the package, for messages. */
  readonly what: string
}

/** Returns the body of the answer. The time limit also covers reading it. */
async function ask(address: URL, { signal, timeoutMs, what }: AskOptions): Promise<AsyncIterable<Uint8Array>> {
  const limit = AbortSignal.timeout(timeoutMs)
  let response: Response
  try {
    response = await fetch(address, {
      headers: { accept: 'application/vnd.npm.install-v1+json, application/json, */*' },
      signal: AbortSignal.any([signal, limit]),
    })
  } catch (err) {
    if (signal.aborted) throw cancelled()
    const why = limit.aborted ? 'it does not answer' : causeOf(err)
    throw new CoreError(
      'Offline',
      `${address.origin} cannot be reached: ${why}. Connect this machine to the internet, or name a mirror with \`npm config set registry <address>\``,
      { cause: err },
    )
  }
  if (response.ok) return bodyOf(response, limit, { signal, timeoutMs, what })
  await response.body?.cancel()
  if (response.status === 404) throw new CoreError('NotFound', `${address.origin} has no ${what}`)
  if (response.status === 401 || response.status === 403) {
    throw new CoreError('NotAuthorised', `${address.origin} wants an account for ${what}, which is not supported here`)
  }
  throw new CoreError('Offline', `${address.origin} answers ${response.status} for ${what}; try again later`)
}

/** The reason of a failed `fetch`, which is in the cause of its error. */
function causeOf(err: unknown): string {
  const cause = err instanceof Error && err.cause instanceof Error ? err.cause : err
  // For a host with several addresses, the cause has an error for each of them, and no message of its own.
  const first = cause instanceof AggregateError ? (cause.errors[0] as unknown) : cause
  return errorMessage(first)
}

async function* bodyOf(
  response: Response,
  limit: AbortSignal,
  { signal, timeoutMs, what }: AskOptions,
): AsyncGenerator<Uint8Array> {
  try {
    yield* (response.body ?? new ReadableStream()) as AsyncIterable<Uint8Array>
  } catch (err) {
    if (signal.aborted) throw cancelled()
    if (limit.aborted) {
      const seconds = timeoutMs / 1_000
      throw new CoreError('Timeout', `${what} was not downloaded within ${seconds} s; try again on a faster connection`)
    }
    throw new CoreError('Offline', `the connection was lost while ${what} was downloaded: ${causeOf(err)}; try again`, {
      cause: err,
    })
  }
}

function cancelled(): CoreError {
  return new CoreError('Cancelled', 'the download was cancelled')
}

async function* bounded(parts: AsyncIterable<Uint8Array>, limit: number, what: string): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const part of parts) {
    size += part.length
    if (size > limit) throw new CoreError('Corrupt', `${what} is larger than ${limit} bytes`)
    yield part
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
