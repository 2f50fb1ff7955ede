import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'

const shim = fileURLToPath(new URL('../bin/spacedrive.mjs', import.meta.url))

test('a path without a dot in front is found by index verify, from the folder it is typed in', async () => {
  await using home = await TestHome.create()
  mkdirSync(join(home.path, 'P/b'), { recursive: true })
  writeFileSync(join(home.path, 'P/b/c.txt'), 'c')
  await home.json('library', 'create', 'Mine')
  await home.json('location', 'add', 'P', '--mode', 'shallow', '--wait')
  expect(await home.json('index', 'verify', 'P/b')).toMatchObject({ checked: 1, total: 0 })
  expect((await home.run('index', 'verify', 'P/nothing')).code).toBe(3)
})

test('a single word is a file of this folder, unless a location is called so', async () => {
  await using home = await TestHome.create()
  for (const folder of ['P/b', 'Films', 'Other']) mkdirSync(join(home.path, folder), { recursive: true })
  writeFileSync(join(home.path, 'P/b/c.txt'), 'c')
  await home.json('library', 'create', 'Mine')
  await home.json('location', 'add', '.', '--mode', 'shallow', '--wait')
  await home.json('location', 'add', 'Other', '--name', 'Films', '--allow-nested', '--mode', 'shallow', '--wait')
  expect(await home.json('index', 'verify', 'P')).toMatchObject({ checked: 2, total: 0 })
  expect(await home.json('index', 'location', 'P')).toMatchObject({ location: { path: home.path } })
  expect(await home.json('location', 'info', 'Films')).toMatchObject({ path: join(home.path, 'Other') })
})

test.skipIf(process.platform !== 'linux')('a name that is not UTF-8 is found by info as it is typed', async () => {
  await using home = await TestHome.create()
  const name = Buffer.from('caf\xe9.txt', 'latin1')
  writeFileSync(Buffer.concat([Buffer.from(`${home.path}/`), name]), 'coffee')
  // Node.js cannot pass such a name on; a shell can.
  const typed = (path: string) =>
    spawnSync('sh', ['-c', `"$0" "$1" info --json "$(printf '${path}')"`, process.execPath, shim], {
      cwd: home.path,
      env: home.env,
      encoding: 'utf8',
    })
  await home.json('library', 'create', 'Mine')
  for (const path of ['caf\\351.txt', `${home.path}/caf\\351.txt`]) {
    const { status, stdout } = typed(path)
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { nameBase64: name.toString('base64'), size: 6 }])
  }
})
