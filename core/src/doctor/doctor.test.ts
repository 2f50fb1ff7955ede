import { expect, test } from 'vitest'
import { checkDecoders } from './doctor.ts'

const name = 'decoders'
const rest = 'no network, no other programs, and none of your files outside the location of the file'

test('doctor says that Landlock and seccomp close decoders, and what an older kernel leaves open', () => {
  expect(checkDecoders({ layer: 'landlock', version: 7 })).toEqual({
    name,
    state: 'ok',
    detail: `closed by Landlock and seccomp: ${rest}`,
    fix: null,
  })
  expect(checkDecoders({ layer: 'landlock', version: 5 }).detail).toBe(
    `closed by Landlock and seccomp: ${rest}; signals to your other programs stay open before Linux 6.12`,
  )
})

test('doctor says that bwrap closes decoders, and why', () => {
  const reason = 'Landlock needs Node.js 26.1 or later'
  expect(checkDecoders({ layer: 'bwrap', program: '/usr/bin/bwrap', reason })).toEqual({
    name,
    state: 'ok',
    detail: `closed by bwrap, because ${reason}: ${rest}`,
    fix: null,
  })
})

test('doctor says that nothing closes decoders, why, and what to do', () => {
  expect(checkDecoders({ layer: null, reason: 'bwrap is not installed', fix: 'install bubblewrap' })).toEqual({
    name,
    state: process.platform === 'linux' ? 'warning' : 'ok',
    detail: 'not closed: a hostile file that takes over a decoder can do whatever you can (bwrap is not installed)',
    fix: 'install bubblewrap',
  })
})
