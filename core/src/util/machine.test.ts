import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../testing/index.ts'
import { askedOnce, readPowerSupplies, saysBattery, saysMetered, systemMachine } from './machine.ts'
import { isMetered } from './metered.ts'

const battery = { type: 'Battery', status: 'Discharging' }

test.each([
  ['a desktop', {}, false],
  ['a laptop on its battery', { BAT0: battery, AC: { type: 'Mains', online: '0' } }, true],
  [
    'a laptop at the socket',
    { BAT0: { type: 'Battery', status: 'Charging' }, AC: { type: 'Mains', online: '1' } },
    false,
  ],
  ['a laptop whose USB charger is too weak', { BAT0: battery, usb: { type: 'USB', online: '1' } }, false],
  ['a desktop with a wireless mouse', { hid: { ...battery, scope: 'Device' } }, false],
])('%s', async (_, supplies, onBattery) => {
  using temp = createTempDir('power')
  for (const [name, fields] of Object.entries(supplies)) {
    mkdirSync(join(temp.path, name))
    for (const [field, value] of Object.entries(fields)) writeFileSync(join(temp.path, name, field), `${value}\n`)
  }
  expect(await readPowerSupplies(temp.path)).toBe(onBattery)
})

test('macOS says what it draws its power from', () => {
  expect(saysBattery("Now drawing from 'Battery Power'\n -InternalBattery-0 81%; discharging")).toBe(true)
  expect(saysBattery("Now drawing from 'AC Power'\n -InternalBattery-0 100%; charged")).toBe(false)
})

test.each([
  ['u 0\n', null],
  ['u 1\n', true],
  ['u 2\n', false],
  ['u 3\n', true],
  ['u 4\n', false],
  ['', null],
  ['Failed to get property Metered: unit NetworkManager.service not found', null],
])('what NetworkManager says of the line, %j, is taken as %s', (said, metered) => {
  expect(saysMetered(said)).toBe(metered)
})

test('a line is paid for where somebody says so, else where the system does', async () => {
  const machine = (answer: boolean | null) => ({ ...systemMachine(), isMetered: async () => answer })
  expect(await isMetered('yes', machine(false))).toBe(true)
  expect(await isMetered('no', machine(true))).toBe(false)
  expect(await isMetered('auto', machine(true))).toBe(true)
  expect(await isMetered('auto', machine(null))).toBe(false)
})

test('what costs a process is asked once for all who want to know about now', async () => {
  let asked = 0
  let now = 0
  const ask = askedOnce(
    async () => ++asked,
    5_000,
    () => now,
  )
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1])
  now = 4_999
  expect(await ask()).toBe(1)
  now = 5_000
  expect(await ask()).toBe(2)
})

test('this machine answers', async () => {
  using temp = createTempDir('power')
  const machine = systemMachine()
  expect(typeof (await machine.isOnBattery())).toBe('boolean')
  expect([true, false, null]).toContain(await machine.isMetered())
  expect(await machine.freeBytes(temp.path)).toBeGreaterThan(0)
  expect(await machine.freeBytes(join(temp.path, 'missing'))).toBeNull()
})
