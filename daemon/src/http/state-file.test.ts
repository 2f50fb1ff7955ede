import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'
import { ApiKeys } from './api-keys.ts'
import { defaultHttpLimits } from './http-limits.ts'
import { Sessions } from './sessions.ts'
import { StateFile } from './state-file.ts'

test('the last state is in the file, however many saves come at once', async () => {
  using folder = createTempDir('state')
  const path = join(folder.path, 'state.json')
  let state = 0
  await using file = new StateFile({ path, content: () => String(state) })
  const saves = Array.from({ length: 50 }, () => {
    state++
    return file.save()
  })
  await Promise.all(saves)
  expect(readFileSync(path, 'utf8')).toBe('50')
})

test('disposal waits for the last write, and nothing is written after it', async () => {
  using folder = createTempDir('state')
  const path = join(folder.path, 'sessions.json')
  const sessions = new Sessions({ file: path, limits: defaultHttpLimits, now: Date.now })
  const adding = [sessions.createWithSecret('first', null), sessions.createWithSecret('second', null)]
  await sessions[Symbol.asyncDispose]()
  expect(JSON.parse(readFileSync(path, 'utf8'))).toHaveLength(2)
  const [secret] = await Promise.all(adding)
  rmSync(path)
  await expect(sessions.createWithSecret('late', null)).rejects.toMatchObject({ code: 'Unavailable' })
  await expect(sessions.end(sessions.withSecret(secret!)!.id)).rejects.toMatchObject({ code: 'Unavailable' })
  expect([existsSync(path), sessions.list().map(({ browser }) => browser)]).toEqual([false, ['second']])
})

test('a key that was ended while others were made stays ended after a restart', async () => {
  using folder = createTempDir('state')
  const file = join(folder.path, 'keys.json')
  await using keys = new ApiKeys({ file, now: Date.now })
  const { key } = await keys.create({ name: 'ended', allow: [], days: 1 })
  const made = Array.from({ length: 20 }, (_, n) => keys.create({ name: `key ${n}`, allow: [], days: 1 }))
  const ended = keys.end(key.id)
  await Promise.all([...made, ended])
  await keys[Symbol.asyncDispose]()
  await using again = new ApiKeys({ file, now: Date.now })
  expect(again.list().map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, n) => `key ${n}`))
  await expect(keys.create({ name: 'late', allow: [], days: 1 })).rejects.toMatchObject({ code: 'Unavailable' })
})
