import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { inputSchema } from '../src/http/operation-schema.ts'
import { ops } from '../src/ops/index.ts'
import { startTestHttp } from './test-http.ts'

const program = fileURLToPath(new URL('python/drive_api.py', import.meta.url))
const queries = Object.values(ops).filter(({ kind }) => kind === 'query')
const without = hasPython() ? '' : ' (skipped: there is no python3)'

test.skipIf(without !== '')(
  `a program in Python drives the API by its document, and every answer fits its schema${without}`,
  async () => {
    await using http = await startTestHttp()
    const folder = join(http.folder, 'files')
    mkdirSync(folder)
    writeFileSync(join(folder, 'plumber.txt'), 'comes on Monday')
    const env = { ...process.env, SPACEDRIVE_TOKEN: http.token }
    const { stdout } = await promisify(execFile)('python3', [program, http.origin, folder], { env })
    const report = JSON.parse(stdout) as { queries: number; asked: number }
    expect(report).toEqual({
      found: ['plumber.txt'],
      listed: ['plumber.txt'],
      // Each operation has one of its answer; a query by GET has none of its request.
      examples: 2 * Object.keys(ops).length + queries.length,
      queries: queries.filter((op) => (inputSchema(op).required ?? []).length === 0).length,
      asked: expect.any(Number),
      refused: [409, 'NeedsConfirmation'],
      removed: 200,
    })
    // Only what needs a network, a page or another device is refused, as the document says.
    expect(report.asked).toBeGreaterThan(report.queries)
  },
)

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
