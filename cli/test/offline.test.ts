import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'
import { makeWorld } from './world.ts'

test('commands about a file of an unplugged disk say that the location is offline', async () => {
  await using home = await TestHome.create()
  await makeWorld(home.path)
  await home.json('quickstart', 'photos/2024')
  const folder = join(home.path, 'photos/2024')
  await rename(folder, `${folder}-away`)
  const cat = 'photos/2024/holiday/cat.txt'
  const offline = `${join(home.path, cat)} is in the location 2024, which is offline: ${folder} does not exist. No other copy`
  for (const words of [
    ['file', 'cat', cat],
    ['file', 'open', cat],
    ['file', 'archive', cat],
  ]) {
    const { code, stderr, stdout } = await home.run(...words, '--json')
    expect([code, stdout, JSON.parse(stderr)]).toMatchObject([
      1,
      '',
      { error: { code: 'Offline', message: expect.stringContaining(offline), details: { location: '2024' } } },
    ])
  }
  // The index still knows the file, and says that it cannot be reached.
  expect(await home.json('file', 'info', cat)).toMatchObject({ online: false, copies: [{ online: false }] })
  const rescan = await home.run('location', 'rescan', '2024')
  expect(rescan.code).toBe(1)
  expect(rescan.stderr.replaceAll(/\s+/g, ' ')).toContain(
    `location 2024 is offline: ${folder} does not exist. Nothing was scanned`,
  )
  const asJson = await home.run('location', 'rescan', '2024', '--json')
  expect([asJson.code, asJson.stdout, JSON.parse(asJson.stderr)]).toMatchObject([1, '', { error: { code: 'Offline' } }])
  expect(await home.run('file', 'cat', 'photos/none.txt')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('there is no file'),
  })
})

test('a mistyped name starts no daemon where there is no library', async () => {
  await using home = await TestHome.create()
  const { code, stderr } = await home.run('file', 'cat', 'none.txt')
  expect(code).toBe(3)
  expect(stderr).toContain('there is no file')
  expect(stderr).not.toContain('Starting')
})
