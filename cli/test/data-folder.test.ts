import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'

test.each([
  [['location', 'list']],
  [['search', 'cat']],
  [['ls']],
  [['library', 'list']],
  [['config', 'get']],
  [['job', 'monitor']],
  [['open', '--print']],
])('%j with a data folder or an instance that does not exist says so, and makes none', async (words) => {
  await using home = await TestHome.create()
  const folder = join(home.path, 'no-such')
  const byFolder = await home.run(...words, '--data-dir', folder, '--json')
  expect([byFolder.code, byFolder.stdout, JSON.parse(byFolder.stderr)]).toMatchObject([
    3,
    '',
    { error: { code: 'NotFound', message: expect.stringContaining(`there is no data folder ${folder}`) } },
  ])
  const byInstance = await home.run(...words, '--instance', 'tset')
  expect([byInstance.code, byInstance.stderr]).toEqual([3, expect.stringContaining('there is no instance tset')])
  expect([existsSync(folder), existsSync(join(home.path, '.local/share/spacedrive'))]).toEqual([false, false])
})

test('a command that writes makes the data folder, and suggested commands name it', async () => {
  await using home = await TestHome.create()
  const folder = join(home.path, 'own data')
  await mkdir(join(home.path, 'photos'))
  const run = await home.run('quickstart', 'photos', '--data-dir', folder)
  try {
    expect(run.code).toBe(0)
    expect(run.stdout + run.stderr).toContain(`spacedrive --data-dir '${folder}' open`)
    expect((await home.run('location', 'list', '--data-dir', folder)).code).toBe(0)
  } finally {
    await home.run('stop', '--data-dir', folder)
  }
})
