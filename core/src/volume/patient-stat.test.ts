import type { BigIntStats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { PatientStat } from './patient-stat.ts'

test('a folder that is there is described, one that is not has the error of the system', async () => {
  const stat = new PatientStat()
  expect((await stat.look(tmpdir())).isDirectory()).toBe(true)
  await expect(stat.look(`${tmpdir()}/there is no such folder`)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a file system that does not answer is not waited for, and not asked twice', async () => {
  const answer = Promise.withResolvers<BigIntStats>()
  let asked = 0
  const ask = () => {
    asked++
    return answer.promise
  }
  const stat = new PatientStat({ answerMs: 5, ask })
  await expect(stat.look('/mnt/dead')).rejects.toMatchObject({ code: 'Timeout' })
  await expect(stat.look('/mnt/dead', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'Cancelled' })
  expect(asked).toBe(1)
  const patient = new PatientStat({ ask })
  const late = patient.look('/mnt/dead')
  answer.resolve(await lstat('/', { bigint: true }))
  expect((await late).isDirectory()).toBe(true)
})

test('a file system that may hang is asked one thing at a time, and the others meanwhile', async () => {
  const stats = await lstat('/', { bigint: true })
  const answer = Promise.withResolvers<BigIntStats>()
  const asked: unknown[] = []
  const ask = async (path: unknown) => {
    asked.push(path)
    return path === '/mnt/dead/one' ? answer.promise : stats
  }
  const stat = new PatientStat({ answerMs: 5, ask })
  const dead = { fileSystem: 'dead' }
  await expect(stat.look('/mnt/dead/one', dead)).rejects.toMatchObject({ code: 'Timeout' })
  await expect(stat.look('/mnt/dead/two', dead)).rejects.toMatchObject({ code: 'Timeout' })
  expect(await stat.look('/mnt/alive', { fileSystem: 'alive' })).toBe(stats)
  expect(asked).toEqual(['/mnt/dead/one', '/mnt/alive'])
  const patient = new PatientStat({ ask })
  const late = [patient.look('/mnt/dead/one', dead), patient.look('/mnt/dead/two', dead)]
  answer.resolve(stats)
  expect(await Promise.all(late)).toEqual([stats, stats])
})
