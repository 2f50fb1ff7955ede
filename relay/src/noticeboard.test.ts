import { NOTICE_MS } from '@spacedrive/core/relay-protocol'
import { expect, test } from 'vitest'
import { Noticeboard } from './noticeboard.ts'

test('a notice hangs until its time is over, or another takes its place', () => {
  let now = 0
  const board = new Noticeboard(() => now)
  board.put(noticeOf(1), 'here')
  now = NOTICE_MS / 2
  board.put(noticeOf(2), 'here')
  now = NOTICE_MS
  expect(board.get([idOf(1), idOf(2), idOf(3)])).toEqual([noticeOf(2)])
  board.put({ id: idOf(2), notice: Buffer.from('new') }, 'elsewhere')
  expect(board.get([idOf(2)])[0]?.notice.toString()).toBe('new')
  now = 2 * NOTICE_MS
  expect(board.get([idOf(2)])).toEqual([])
  expect(board.size).toBe(0)
})

test('one address cannot fill it, and all together no more than there is room for', () => {
  const board = new Noticeboard(() => 0)
  let next = 0
  const fill = (from: string) => {
    let count = 0
    while (board.put(noticeOf(next++), from)) count++
    return count
  }
  expect(fill('one')).toBe(2_048)
  expect(board.put({ id: idOf(0), notice: Buffer.from('again') }, 'one')).toBe(true)
  for (let at = 0; at < 7; at++) expect(fill(`other ${at}`)).toBe(2_048)
  expect(fill('late')).toBe(0)
  expect(board.get([idOf(0)])).toHaveLength(1)
  expect(board.size).toBe(16_384)
})

test('a network of IPv6 counts as one, whatever address of it is used', () => {
  const board = new Noticeboard(() => 0)
  for (let at = 0; at < 2_048; at++) board.put(noticeOf(at), `2001:db8::${at.toString(16)}`)
  expect(board.put(noticeOf(2_048), '2001:db8::ffff')).toBe(false)
  expect(board.put(noticeOf(2_048), '2001:db8:0:1::1')).toBe(true)
})

function idOf(at: number): string {
  return at.toString(16).padStart(32, '0')
}

function noticeOf(at: number) {
  return { id: idOf(at), notice: Buffer.from(`notice ${at}`) }
}
