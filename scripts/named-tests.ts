import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Checks that the tests which the documents name exist: `some.test.ts`, or `some.test.ts`: "its name", "another name".
 * A path may be its end alone. `…` in a name stands for any text.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const NAMED = /`([\w./-]+\/[\w.-]+\.(?:test|spec)\.tsx?)`((?:[:,]? (?:and )?"[^"\n]+")*)/g

const tests = globSync('**/*.{test,spec}.{ts,tsx}', { cwd: root, exclude: (name) => name === 'node_modules' })
const wrong: string[] = []
let count = 0
for (const page of globSync(['*.md', 'docs/**/*.md'], { cwd: root })) {
  const lines = readFileSync(`${root}/${page}`, 'utf8').split('\n')
  for (const [i, line] of lines.entries()) {
    for (const [, file = '', names = ''] of line.matchAll(NAMED)) {
      const files = tests.filter((test) => `/${test}`.endsWith(`/${file}`))
      const problems = files.length > 0 ? missing(files, names) : ['']
      wrong.push(...problems.map((name) => `${page}:${i + 1}: there is no ${file} ${name}`))
      count++
    }
  }
}
for (const line of wrong) process.stderr.write(`${line}\n`)
process.stdout.write(`${count} tests are named in the documents, ${wrong.length} of them wrongly\n`)
process.exitCode = count > 0 && wrong.length === 0 ? 0 : 1

/** The names that none of the files has. */
function missing(files: readonly string[], names: string): string[] {
  const sources = files.map((file) => readFileSync(`${root}/${file}`, 'utf8').replaceAll(/\\(['"`])/g, '$1'))
  const parts = [...names.matchAll(/"([^"]+)"/g)].map(([name]) => name.slice(1, -1).split('…'))
  return parts
    .filter((name) => !sources.some((source) => name.every((part) => source.includes(part.trim()))))
    .map((name) => `with a test "${name.join('…')}"`)
}
