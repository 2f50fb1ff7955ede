import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { TestHome } from './run-cli.ts'

// Two real daemons of one machine, which find each other by multicast.

let home: TestHome
const as = (instance: string, ...args: string[]) => home.run('--instance', instance, ...args)

beforeAll(async () => {
  home = await TestHome.create()
  for (const instance of ['alice', 'bob']) {
    const started = await home.run('start', '--instance', instance, '--enable-networking', '--http-port', 'off')
    if (started.code !== 0) throw new Error(`the daemon of ${instance} did not start: ${started.stderr}`)
    await as(instance, 'device', 'rename', instance)
    await as(instance, 'network', 'init', '--password', 'test123')
  }
})

afterAll(async () => {
  for (const instance of ['alice', 'bob']) await home.run('instance', 'stop', instance)
  await home[Symbol.asyncDispose]()
})

test('a script pairs two devices by the line that says the code', async () => {
  const generated = await as('alice', 'network', 'pair', 'generate', '--auto-accept')
  const code = /^Pairing code: (([a-z]+ ){11}[a-z]+)$/m.exec(generated.stdout)?.[1]
  expect(generated).toMatchObject({ code: 0, stdout: `Pairing code: ${code}\n` })
  const joined = await as('bob', 'network', 'pair', 'join', code!, '--auto-accept')
  expect(joined).toMatchObject({ code: 0, stdout: 'Paired with alice.\n' })
  await vi.waitFor(async () => {
    const devices: unknown = JSON.parse((await as('alice', 'network', 'devices', '--json')).stdout)
    expect(devices).toMatchObject([{ name: 'bob', state: 'connected', path: 'direct' }])
  })
})

test('where both sides compare, each waits for the number of the other', async () => {
  const generated = await as('alice', 'network', 'pair', '--initiate', '--json')
  const { code } = JSON.parse(generated.stdout) as { code: string }
  const joining = as('bob', 'network', 'pair', '--join', code, '--json')
  const status = async (instance: string) =>
    JSON.parse((await as(instance, 'network', 'pair', '--status', '--json')).stdout) as {
      number: string
      state: string
    }
  await vi.waitFor(async () => expect((await status('alice')).state).toBe('awaiting-confirmation'))
  const { number } = await status('alice')
  expect(await as('bob', 'network', 'pair', 'confirm', '1234567')).toMatchObject({ code: 2 })
  for (const instance of ['alice', 'bob']) {
    expect(await as(instance, 'network', 'pair', 'confirm', number)).toMatchObject({ code: 0 })
  }
  const joined = await joining
  expect(joined.code).toBe(0)
  expect(JSON.parse(joined.stdout)).toMatchObject({ device: { name: 'alice' } })
})

test('a device that compares nothing does not switch off the comparison here', async () => {
  const generated = await as('alice', 'network', 'pair', 'generate', '--auto-accept', '--json')
  const { code } = JSON.parse(generated.stdout) as { code: string }
  const joining = as('bob', 'network', 'pair', 'join', code)
  const status = async () =>
    JSON.parse((await as('bob', 'network', 'pair', 'status', '--json')).stdout) as Record<string, unknown>
  await vi.waitFor(async () =>
    expect(await status()).toMatchObject({ state: 'awaiting-confirmation', unattended: true, confirmed: false }),
  )
  const { number } = await status()
  expect(await as('bob', 'network', 'pair', 'confirm', String(number))).toMatchObject({ code: 0 })
  const joined = await joining
  expect(joined).toMatchObject({ code: 0, stdout: 'Paired with alice.\n' })
  expect(joined.stderr).toContain(`network pair confirm ${String(number)}`)
})

test('errors of pairing are shown with a remedy', async () => {
  const typed = 'abandn amount liar amount expire adjust cage candy arch gather drum buyer'
  const wrong = await as('bob', 'network', 'pair', 'join', ...typed.split(' '))
  expect(wrong).toMatchObject({ code: 2, stdout: '' })
  expect(wrong.stderr).toContain('word 1, "abandn", is in no code; was it abandon?')
  expect(await as('bob', 'network', 'pair', 'confirm', '123456')).toMatchObject({ code: 4 })
  expect(await as('bob', 'network', 'pair', 'join')).toMatchObject({ code: 2 })
  expect((await as('alice', 'network', 'pair', 'cancel')).stdout).toBe('Nothing was being paired.\n')
})
