import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Logger } from '@spacedrive/core'
import { PeerKey } from '@spacedrive/core/domain'
import type { Relay } from '@spacedrive/relay'
import { DEFAULT_RELAY_PORT, RELAY_TOKEN } from '@spacedrive/relay/token'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { printable } from '../text/escape.ts'
import { UsageError } from '../usage-error.ts'

/** Every address of this machine; without IPv6, under which Iroh asks for its address there alone. */
const EVERYWHERE = '0.0.0.0'
const MAX_PORT = 65_535

/** Runs a relay in this terminal, until it is told to end by Ctrl-C or SIGTERM. */
export async function relay(values: Values, context: CliContext): Promise<number> {
  const options = optionsOf(values)
  const { globals, interrupt, io } = context
  const { Relay } = await import('@spacedrive/relay')
  const ended = Promise.withResolvers<void>()
  const end = () => ended.resolve()
  process.once('SIGTERM', end)
  interrupt.signal.addEventListener('abort', end, { once: true })
  try {
    await using open = await Relay.open({ ...options, log: loggerOf(io, globals.verbose) })
    const urls = urlsOf(open, options)
    const metrics = `${localUrl(open, options.host)}/metrics`
    if (globals.json || globals.jsonl) io.printJsonLine({ urls, metrics, pid: process.pid })
    else say({ urls, metrics, options, io })
    if (interrupt.signal.aborted) end()
    await ended.promise
    io.note('The relay ends.')
  } finally {
    process.off('SIGTERM', end)
    interrupt.signal.removeEventListener('abort', end)
  }
  return exitCodes.ok
}

interface Options {
  readonly host: string
  readonly port: number
  readonly allow: readonly PeerKey[] | null
  readonly token: string | null
}

function optionsOf({ allow, host, port, token }: Values): Options {
  const words = { words: ['network', 'relay'] }
  if (typeof port === 'number' && !(Number.isInteger(port) && port >= 0 && port <= MAX_PORT))
    throw new UsageError(`--port is a number from 0 to ${MAX_PORT}`, words)
  if (typeof token === 'string' && !RELAY_TOKEN.test(token))
    throw new UsageError('--token is made of letters, digits, dots, dashes, tildes and underscores', words)
  const keys = Array.isArray(allow) ? allow.map((key) => keyOf(String(key))) : null
  return {
    host: typeof host === 'string' ? host : EVERYWHERE,
    port: typeof port === 'number' ? port : DEFAULT_RELAY_PORT,
    allow: keys,
    token: typeof token === 'string' ? token : null,
  }
}

function keyOf(text: string): PeerKey {
  const key = PeerKey.safeParse(text.toLowerCase())
  if (key.success) return key.data
  throw new UsageError(
    `${text} is not the key of a device; run \`spacedrive network status\` on that device to see its key`,
    {
      words: ['network', 'relay'],
    },
  )
}

/** The setting for the other devices, with the token. */
function urlsOf({ url }: Relay, { host, token }: Options): string[] {
  const { port } = new URL(url)
  const hosts = isEverywhere(host) ? machineAddresses(host) : [bracketed(host)]
  return hosts.map((each) => `http://${each}:${port || '80'}${token === null ? '' : `/${token}`}`)
}

function localUrl({ url }: Relay, host: string): string {
  return `http://${isEverywhere(host) ? '127.0.0.1' : bracketed(host)}:${new URL(url).port || '80'}`
}

function isEverywhere(host: string): boolean {
  return host === EVERYWHERE || host === '::'
}

function machineAddresses(host: string): string[] {
  const all = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, family }) => (host === '::' || family === 'IPv4') && !/^fe[89ab]/i.test(address))
  const outer = all.filter(({ internal }) => !internal)
  return (outer.length > 0 ? outer : all).map(({ address }) => bracketed(address))
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

function say({ io, metrics, options, urls }: { io: Io; metrics: string; options: Options; urls: readonly string[] }) {
  io.print(['The relay is open at', ...urls.map((url) => `  ${url}`)].join('\n'))
  io.print(`On each device, with the address by which it reaches this machine:`)
  io.print(`  spacedrive config set network.relay ${urls[0] ?? 'http://<this machine>:3340'}`)
  io.print(`Counts for Prometheus: ${metrics}`)
  if (options.allow === null && options.token === null)
    io.note('Whoever reaches it may use it; --token or --allow lets in your devices alone.')
  io.note('Its port is to be open for TCP and, so that devices find a straight way, for UDP. Ctrl-C ends it.')
}

/** Prints warnings; with --verbose also other messages. */
function loggerOf(io: Io, verbose: boolean): Logger {
  const tell = (fields: object, message: string) => io.note(printable(`${message} ${JSON.stringify(fields)}`))
  const quiet = () => {}
  return { debug: quiet, info: verbose ? tell : quiet, warn: tell, error: tell }
}
