import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { InputOf } from '@spacedrive/client'
import { type Access, accessNames } from '@spacedrive/core/domain'
import { CoreError, systemCode } from '@spacedrive/core/errors'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { InterruptedError } from '../interrupted-error.ts'
import { openSession } from '../session.ts'
import { UsageError } from '../usage-error.ts'

/** Lets others on the network reach the explorer, by TLS and with a passphrase; with --off, ends that. */
export async function webExpose(values: Values, context: CliContext): Promise<number> {
  const { globals, io } = context
  const asJson = globals.json || globals.jsonl
  if (values.off === true) {
    using session = await openSession(context)
    const { wasExposed } = await session.action('explorer.hide', {})
    if (asJson) io.printJson({ wasExposed })
    else io.print(wasExposed ? 'Nobody else reaches the explorer any more.' : 'Nobody else reached the explorer.')
    return exitCodes.ok
  }
  const passphrase = await readPassphrase(values, context)
  using session = await openSession(context)
  const input = { passphrase, ...placeOf(values) }
  const { allow, fingerprint, urls } = await session.action('explorer.expose', input)
  if (asJson) io.printJson({ urls, fingerprint, allow })
  else {
    io.print(['Others reach the explorer at', ...urls.map((url) => `  ${url}`)].join('\n'))
    io.print(`Whoever signs in may ${allow.map((each) => allowed[each]).join(', ')}.`)
    io.print(`The certificate has the fingerprint (SHA-256)\n  ${fingerprint}`)
    io.note(
      'A browser warns of it: let it show the certificate, compare the fingerprint, and go on only where it is the same.',
    )
    io.note('`spacedrive web expose --off` ends it.')
  }
  return exitCodes.ok
}

const allowed: Readonly<Record<Access, string>> = {
  view: 'look at the libraries and download files',
  manage: 'change locations and jobs',
  transfer: 'send files to paired devices and receive them',
  disk: 'reach every file of yours, also outside of locations',
}

function placeOf({ address, allow, name, port }: Values): Omit<InputOf<'explorer.expose'>, 'passphrase'> {
  return {
    ...(typeof address === 'string' ? { address } : {}),
    ...(Array.isArray(name) ? { names: name as string[] } : {}),
    ...(typeof port === 'number' ? { port } : {}),
    ...(Array.isArray(allow) ? { allow: allow.map((each) => accessOf(String(each))) } : {}),
  }
}

function accessOf(named: string): Access {
  const found = accessNames.find((each) => each === named)
  if (found) return found
  throw new UsageError(`--allow is one or more of ${accessNames.join(', ')}, not ${JSON.stringify(named)}`)
}

/** Reads the passphrase from the given file (`-`: stdin), or asks for it twice. A flag would show it in the process list. */
async function readPassphrase(values: Values, context: CliContext): Promise<string> {
  const { passphraseFile: file } = values
  if (typeof file === 'string') return firstLine(file === '-' ? await text(process.stdin) : await readText(file))
  if (context.io.canAsk) return askTwice(context)
  throw new UsageError(
    'cannot ask for a passphrase without a terminal; pass a file with --passphrase-file (- is stdin)',
  )
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (err) {
    const code = systemCode(err) === 'EACCES' ? 'PermissionDenied' : 'NotFound'
    throw new CoreError(code, `the file ${file} cannot be read`, { cause: err })
  }
}

function firstLine(said: string): string {
  return said.split(/\r?\n/)[0]!
}

async function askTwice({ interrupt }: CliContext): Promise<string> {
  const prompts = await import('@clack/prompts')
  const ask = async (message: string) => {
    const answer = await prompts.password({ message, output: process.stderr, signal: interrupt.signal })
    if (prompts.isCancel(answer)) throw new InterruptedError('interrupted; nothing was changed')
    return answer ?? ''
  }
  const passphrase = await ask('Passphrase for others, at least 12 characters')
  if ((await ask('Once more')) === passphrase) return passphrase
  throw new CoreError('InvalidInput', 'the two passphrases differ; nothing was changed')
}
