import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'

interface Status {
  readonly exposed: { readonly urls: readonly string[]; readonly fingerprint: string } | null
}

test('web expose takes the passphrase from a file, says what to compare, and ends with --off', async () => {
  await using home = await TestHome.create()
  const file = join(home.path, 'passphrase')
  await writeFile(file, 'correct horse battery\n')
  const nobody = await home.run('web', 'expose')
  expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('--passphrase-file')])
  const place = ['--address', '127.0.0.1', '--port', '0', '--name', 'files.example.org']
  const run = await home.run('web', 'expose', '--passphrase-file', file, ...place)
  expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('compare the fingerprint')])
  const { exposed } = await home.json<Status>('status')
  expect(exposed!.urls[0]).toMatch(/^https:\/\/files\.example\.org:\d+\/$/)
  expect(run.stdout).toContain(exposed!.fingerprint)
  expect((await home.run('status')).stdout.replaceAll(/\s+/g, ' ')).toContain('web expose --off')
  await writeFile(file, 'short\n')
  const short = await home.run('web', 'expose', '--passphrase-file', file)
  expect([short.code === 0, short.stderr]).toEqual([false, expect.stringContaining('at least 12 characters')])
  expect((await home.run('web', 'expose', '--off')).stdout).toBe('Nobody else reaches the explorer any more.\n')
  expect((await home.json<Status>('status')).exposed).toBeNull()
  expect((await home.run('web', 'expose', '--off')).stdout).toBe('Nobody else reached the explorer.\n')
})
