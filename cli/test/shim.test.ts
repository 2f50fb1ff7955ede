import { execFileSync, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
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

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'root uses no compile cache that another user can change (only root can try that)',
  async () => {
    await using home = await TestHome.create()
    const cache = join(home.env['HOME']!, '.cache')
    const env = { ...home.env, XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: '' }
    const folder = join(cache, 'spacedrive', 'node')
    const version = () => spawnSync(process.execPath, [shim, '--version'], { env, encoding: 'utf8' })
    mkdirSync(folder, { recursive: true })
    chownSync(folder, 65_534, 65_534)
    expect(version()).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(folder)).toEqual([])
    chownSync(folder, 0, 0)
    expect(version()).toMatchObject({ status: 0, stderr: '' })
    expect(readdirSync(folder)).not.toEqual([])
  },
)
