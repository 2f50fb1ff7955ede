import { expect, test } from 'vitest'
import { WaitingFiles } from './waiting-files.ts'

test('after one look through all rows only those are asked for that were written since', () => {
  const waiting = new WaitingFiles()
  waiting.note([1, 2], { moved: false })
  const first = waiting.begin('a')
  expect(first.ids).toBeNull()
  first.done([7])
  waiting.note([3], { moved: false })
  const second = waiting.begin('a')
  expect(second.ids).toEqual([1, 2, 7, 3])
  // Written again while it was looked at.
  waiting.note([3], { moved: false })
  second.done([2])
  expect(waiting.begin('a').ids).toEqual([2, 3])
  expect(waiting.begin('b').ids).toBeNull()
})

test('all rows are looked through again after a move of folders, and after more than it remembers', () => {
  const waiting = new WaitingFiles()
  waiting.begin('a').done([])
  expect(waiting.begin('a').ids).toEqual([])
  waiting.note([1], { moved: true })
  const full = waiting.begin('a')
  expect(full.ids).toBeNull()
  // A folder moved in during the run: the run may not have seen its files.
  waiting.note([2], { moved: true })
  full.done([])
  expect(waiting.begin('a').ids).toBeNull()
  waiting.begin('a').done([])
  waiting.note(
    Array.from({ length: 20_000 }, (_, i) => i),
    { moved: false },
  )
  expect(waiting.begin('a').ids).toBeNull()
})

test('after a run that ended too early all rows are looked through again', () => {
  const waiting = new WaitingFiles()
  waiting.begin('a').done([])
  waiting.begin('b').done([])
  {
    using run = waiting.begin('a')
    expect(run.ids).toEqual([])
  }
  expect(waiting.begin('a').ids).toBeNull()
  expect(waiting.begin('b').ids).toEqual([])
})
