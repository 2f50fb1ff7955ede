import { expect, test } from 'vitest'
import { WaitingFiles } from './waiting-files.ts'

/** A whole run, which leaves some files; returns the ids that it was given. */
function look(waiting: WaitingFiles, locationId: string, left: readonly number[] = []): readonly number[] | null {
  using run = waiting.begin(locationId)
  run.done(left)
  return run.ids
}

test('after one look through all rows only those are asked for that were written since', () => {
  const waiting = new WaitingFiles()
  waiting.note([1, 2], { moved: false })
  expect(look(waiting, 'a', [7])).toBeNull()
  waiting.note([3], { moved: false })
  {
    using second = waiting.begin('a')
    expect(second.ids).toEqual([1, 2, 7, 3])
    // Written again while it was looked at.
    waiting.note([3], { moved: false })
    second.done([2])
  }
  expect(look(waiting, 'a')).toEqual([2, 3])
  expect(look(waiting, 'b')).toBeNull()
})

test('all rows are looked through again after a move of folders, and after more than it remembers', () => {
  const waiting = new WaitingFiles()
  look(waiting, 'a')
  expect(look(waiting, 'a')).toEqual([])
  waiting.note([1], { moved: true })
  {
    using full = waiting.begin('a')
    expect(full.ids).toBeNull()
    // A folder moved in during the run: the run may not have seen its files.
    waiting.note([2], { moved: true })
    full.done([])
  }
  expect(look(waiting, 'a')).toBeNull()
  expect(look(waiting, 'a')).toEqual([])
  waiting.note(
    Array.from({ length: 20_000 }, (_, i) => i),
    { moved: false },
  )
  expect(look(waiting, 'a')).toBeNull()
})

test('after a run that ended too early all rows are looked through again', () => {
  const waiting = new WaitingFiles()
  look(waiting, 'a')
  look(waiting, 'b')
  {
    using run = waiting.begin('a')
    expect(run.ids).toEqual([])
  }
  expect(look(waiting, 'a')).toBeNull()
  expect(look(waiting, 'b')).toEqual([])
})

test('a run beside another one looks through all rows, because that one may leave files', () => {
  const waiting = new WaitingFiles()
  look(waiting, 'a')
  look(waiting, 'b')
  {
    using scan = waiting.begin('a')
    expect(look(waiting, 'a')).toBeNull()
    expect(look(waiting, 'b')).toEqual([])
    scan.done([5])
  }
  expect(look(waiting, 'a')).toEqual([5])
})
