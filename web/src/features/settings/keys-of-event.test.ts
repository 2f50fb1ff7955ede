import { expect, test } from 'vitest'
import { keysOf } from './keys-of-event.ts'

const none = { ctrlKey: false, shiftKey: false, altKey: false, metaKey: false }

test('keys are written as commands name them', () => {
  expect(keysOf({ ...none, key: '/', code: 'Slash' })).toBe('/')
  expect(keysOf({ ...none, key: ' ', code: 'Space' })).toBe('Space')
  expect(keysOf({ ...none, key: '¡', code: 'Digit1', altKey: true })).toBe('Alt+Digit1')
  expect(keysOf({ ...none, key: 'k', code: 'KeyK', ctrlKey: true })).toBe('$mod+KeyK')
  expect(keysOf({ ...none, key: '?', code: 'Slash', shiftKey: true })).toBe('Shift+?')
  expect(keysOf({ ...none, key: 'Alt', code: 'AltLeft', altKey: true })).toBeNull()
})
