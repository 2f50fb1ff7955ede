import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** What no committed file may hold: places of somebody's machine, where packages were fetched from, and secrets. */
const forbidden: ReadonlyArray<{ readonly what: string; readonly pattern: RegExp }> = [
  { what: 'a path of the machine it was written on', pattern: /(?<![\w.~-])\/work\/(main|shared|notes|\.library)\b/ },
  {
    what: 'the host of a package registry',
    pattern: /registry\.npmjs|registry\.yarnpkg|npm\.pkg\.|"resolved": "https?:/,
  },
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/=\n]{64}/ },
  { what: 'an access token', pattern: /\b(npm_[A-Za-z0-9]{36}|gh[pousr]_[A-Za-z0-9]{36}|AKIA[0-9A-Z]{16})\b/ },
  {
    what: 'a note about who or what wrote it',
    pattern: /\b(coding|ai|sub)[- ]?(agent|assistant)s?\b|\bco-authored-by:/i,
  },
]

/** This file names what it looks for. */
const SELF = 'scripts/private-words.ts'

const root = new URL('..', import.meta.url)
const { stdout } = await promisify(execFile)('git', ['ls-files', '-z'], { cwd: root, maxBuffer: 64 * 1024 * 1024 })
for (const file of stdout.split('\0').filter((name) => name !== '' && name !== SELF)) {
  // A file deleted but not yet committed has nothing left to say.
  const text = await readFile(new URL(file, root), 'utf8').catch(() => '')
  for (const { what, pattern } of forbidden) {
    const found = pattern.exec(text)
    if (!found) continue
    const line = text.slice(0, found.index).split('\n').length
    process.stderr.write(`${file}:${line}: ${what}: ${found[0].slice(0, 40)}\n`)
    process.exitCode = 1
  }
}
