import { randomBytes } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { writeFileAtomically } from '@spacedrive/core/write-file'

/** 256 bits. */
const TOKEN_BYTES = 32
const TOKEN = /^[\w-]{43}$/

/**
 * The token of an instance, which programs send to get in; made where there is none, or where others could have read
 * it. It stays the same until the file is deleted, so that a program that was given it goes on working.
 */
export async function openTokenFile(file: string): Promise<string> {
  const kept = readToken(file)
  if (kept !== null) return kept
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  await writeFileAtomically(file, `${token}\n`)
  return token
}

function readToken(file: string): string | null {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (!stats?.isFile()) return null
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) return null
  const token = readFileSync(file, 'utf8').trim()
  return TOKEN.test(token) ? token : null
}
