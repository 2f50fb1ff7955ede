import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CoreError } from '../util/errors.ts'
import { JobLog } from './job-log.ts'

function createLog(options: { maxBytes?: number; file?: string } = {}) {
  const file = options.file ?? join(mkdtempSync(join(tmpdir(), 'spacedrive-log-')), 'job.log')
  const errors: unknown[] = []
  const onError = (err: unknown) => void errors.push(err)
  const log = new JobLog({ file, maxBytes: options.maxBytes ?? 10_000, now: () => 0, onError })
  return { file, log, errors }
}

test('each line is one JSON object, errors and big numbers included', () => {
  const { file, log } = createLog()
  log.info({ inode: 2n ** 60n }, 'two\nlines')
  log.warn({ err: new CoreError('Offline', 'no disk') }, 'skipped')
  log.flush()
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { time: '1970-01-01T00:00:00.000Z', level: 'info', inode: '1152921504606846976', msg: 'two\nlines' },
    {
      time: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      err: { code: 'Offline', name: 'CoreError', message: 'no disk', stack: expect.any(String) },
      msg: 'skipped',
    },
  ])
})

test('a log stops at its size, also over several runs, and says so once', () => {
  const { file, log } = createLog({ maxBytes: 1_000 })
  for (let i = 0; i < 10; i++) log.info({}, `line ${i}`)
  log.flush()
  const second = createLog({ file, maxBytes: 1_000 }).log
  for (let i = 10; i < 100; i++) second.info({}, `line ${i}`)
  second.flush()
  const text = readFileSync(file, 'utf8')
  expect(text.length).toBeLessThan(1_200)
  expect(text.match(/the log is full/g)).toHaveLength(1)
})

test('a log that cannot be written is told once and otherwise ignored', () => {
  const { file } = createLog()
  writeFileSync(file, '')
  const { log, errors } = createLog({ file: join(file, 'below-a-file.log') })
  log.info({}, 'a')
  log.flush()
  log.info({}, 'b')
  log.flush()
  expect(errors).toHaveLength(1)
})
