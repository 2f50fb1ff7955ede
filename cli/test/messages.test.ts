import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'

test('messages name the thing, and what to do next', async () => {
  await using home = await TestHome.create()
  await home.json('library', 'create', 'Mine')
  for (const folder of ['Blue disk', 'elsewhere']) mkdirSync(join(home.path, folder))
  await home.json('location', 'add', 'Blue disk', '--wait')
  const said = async (...line: string[]) => {
    const { code, stderr, stdout } = await home.run(...line)
    return [code, `${stdout}${stderr}`.replaceAll(home.path, '~').replaceAll(/\s+/g, ' ').trim()]
  }

  expect(await said('location', 'pause', 'Blue disk')).toEqual([
    0,
    expect.stringMatching(/ Next: .* location resume 'Blue disk'$/),
  ])
  expect(await said('index', 'verify', 'elsewhere')).toEqual([
    3,
    expect.stringMatching(/elsewhere lies in no location; `.* location list` shows all$/),
  ])
  expect(await said('index', 'verify', 'nowhere')).toEqual([
    3,
    expect.stringMatching(/^error: no location "nowhere"; see `.* location list`$/),
  ])
  expect(await said('config', 'get', 'xyzzy')).toEqual([
    3,
    expect.stringMatching(/^error: no setting xyzzy; `.* config get` lists all$/),
  ])
  expect(await said('config', 'set', 'ocr.languages', '')).toEqual([
    0,
    expect.stringMatching(/^ocr\.languages is empty now /),
  ])
  expect(await said('job', 'run', 'nosuch')).toEqual([3, expect.stringMatching(/^error: .*nosuch/)])
  expect(await said('search', 'xyzzy', '--content')).toEqual([
    0,
    expect.stringMatching(/^Nothing matches "xyzzy"\. no files are indexed: .*; `.* status` shows the progress$/),
  ])
  expect(await said('location', 'remove', 'Blue disk')).toEqual([
    4,
    expect.stringMatching(/^error: this needs your confirmation, and nothing was changed\. .* Add --yes to confirm\.$/),
  ])
})
