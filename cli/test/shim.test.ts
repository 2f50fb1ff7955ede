import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'

const shim = fileURLToPath(new URL('../bin/spacedrive.mjs', import.meta.url))

/** A Node on PATH that is too old to run the program, where there is one. */
function findOldNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = [...new Set(folders.map((folder) => join(folder, 'node')))].filter((file) => existsSync(file))
  return found.find(
    (file) => Number.parseInt(execFileSync(file, ['-p', 'process.versions.node'], { encoding: 'utf8' }), 10) < 24,
  )
}

const oldNode = findOldNode()

// Without an older Node there is nothing that could start the carried one.
test.skipIf(oldNode === undefined)(
  'a Node that is too old starts the carried one, with the same words and exit code',
  async () => {
    await using home = await TestHome.create()
    const options = { env: home.env, encoding: 'utf8' } as const
    expect(spawnSync(oldNode ?? '', [shim, '--version'], options)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^spacedrive \d/),
    })
    expect(spawnSync(oldNode ?? '', [shim, 'status'], options)).toMatchObject({ status: 6, stdout: '' })
  },
)
