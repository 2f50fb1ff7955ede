import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { conformanceOffer } from './mcp-conformance-offer.ts'
import { McpTestServer } from './mcp-test-server.ts'

/** All server scenarios of the suite; a new version may have more. */
const SCENARIOS = 32
/** Ends a suite that hangs. */
const MOST_MS = 180_000

interface Check {
  readonly id: string
  readonly status: string
  readonly errorMessage?: string
}

test('the server passes every scenario of the official conformance suite', async () => {
  await using server = await McpTestServer.listen({
    offer: conformanceOffer,
    call: () => Promise.reject(new Error('no fixture calls an operation')),
  })
  using results = createTempDir('mcp')
  const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')
  const suite = join(dirname(manifest), 'dist', 'index.js')
  const args = [suite, 'server', '--url', server.url, '--suite', 'all', '-o', results.path]
  // If checks fail, so does the program; the checks say more.
  await promisify(execFile)(process.execPath, args, { timeout: MOST_MS }).catch(() => {})
  const scenarios = readdirSync(results.path)
  const failed = scenarios.flatMap((scenario) => {
    const checks = JSON.parse(readFileSync(join(results.path, scenario, 'checks.json'), 'utf8')) as Check[]
    expect([scenario, checks.length]).not.toEqual([scenario, 0])
    return checks
      .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
      .map(({ errorMessage, id }) => ({ scenario, id, errorMessage }))
  })
  expect(failed).toEqual([])
  expect(scenarios).toHaveLength(SCENARIOS)
  expect(server.errors).toEqual([])
})
