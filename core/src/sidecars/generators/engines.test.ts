import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { detectPackage, detectProgram } from './engines.ts'

const of = { job: 'thumbnails', gives: 'thumbnails', name: 'it', licence: 'MIT', size: 1 } as const

test('an engine that comes along says its version, one that does not says so', async () => {
  const found = await detectPackage({ ...of, package: 'sharp' })
  expect(found).toEqual({
    ...of,
    version: expect.stringMatching(/^\d+\.\d+/),
    state: 'embedded',
    how: expect.any(String),
  })
  expect(await detectPackage({ ...of, package: 'no-such-package' })).toMatchObject({ state: 'missing', version: null })
})

test.skipIf(process.platform === 'win32')('a program is there, missing, or broken', async () => {
  // However busy the machine is, programs answer in time.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  using _timers = { [Symbol.dispose]: () => void vi.useRealTimers() }
  const folder = await mkdtemp(join(tmpdir(), 'sd-engines-'))
  const script = async (name: string, text: string) => {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`)
    await chmod(join(folder, name), 0o755)
  }
  await script('good-engine', 'echo "good engine version 7.1.2-rc Copyright"')
  await script('bad-engine', 'echo "libworld.so is missing" >&2; exit 127')
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`)
  const detect = (program: string) => detectProgram({ ...of, program, args: [], how: 'apt install it' })
  expect(await detect('good-engine')).toMatchObject({ state: 'found', version: '7.1.2-rc' })
  expect(await detect('bad-engine')).toMatchObject({ state: 'missing', how: expect.stringContaining('libworld.so') })
  expect(await detect('no-engine')).toEqual({ ...of, state: 'missing', version: null, how: 'apt install it' })
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})
