import { randomBytes } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { writeFileAtomically } from '@spacedrive/core/write-file'

/** 256 bits. */
const TOKEN_BYTES = 32
const TOKEN = /^[\w-]{43}$/

/**
 * Returns the token of an instance, with which programs sign in. Makes a new one if there is none, or if other users
 * could have read it. The token stays the same until the file is deleted, so that programs can keep using it.
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
