import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Checks that `core/src` names no host: no web page, no browser, no session, no way in. Those words belong to the
 * daemon, whose operations, settings and events are its own (`daemon/src/ops/`, `daemon/src/daemon-settings.ts`).
 */
const HOST_WORDS =
  /explorer|web ?page|browser\b|browsers\b|cookie|web ?socket|api.?key|\bsign(ed|s)?[ -]in\b|http\.port/gi

/** Folders and files that mean something else by such a word. */
const others: Readonly<Record<string, string>> = {
  'content/types/': 'formats of files',
  'network/discovery/multicast-channel.ts': 'programs that show services of the local network',
  'sources/mark-origin.ts': 'who else sets this attribute',
  'sidecars/generators/text/': 'documents to read',
}

const folder = fileURLToPath(new URL('../core/src/', import.meta.url))
const files = globSync('**/*.ts', { cwd: folder, exclude: (name) => name === 'test' || name === 'fixtures' }).filter(
  (file) => !file.endsWith('.test.ts'),
)
const unused = new Set(Object.keys(others))
let found = 0
for (const file of files.toSorted()) {
  const text = readFileSync(`${folder}${file}`, 'utf8')
  for (const { 0: word, index } of text.matchAll(HOST_WORDS)) {
    const meaning = Object.keys(others).find((path) => file.startsWith(path))
    if (meaning !== undefined) unused.delete(meaning)
    else report(`core/src/${file}:${text.slice(0, index).split('\n').length}: ${word}`)
  }
}
for (const path of unused) report(`core/src/${path} has no such word any more; take it out of scripts/host-words.ts`)
process.exitCode = found === 0 && files.length > 0 ? 0 : 1

function report(line: string): void {
  process.stderr.write(`${line}\n`)
  found++
}
