import { expect, test } from 'vitest'
import { didYouMean } from './did-you-mean.ts'
import { hasPartialId, isPartialId } from './partial-id.ts'

const id = '01a21212-3345-7248-9e1f-826a66160c5e'

test('an id is named by its beginning or its end, with or without hyphens', () => {
  expect(['01a2', '01a21212-33', '01A212123345', '66160c5e', '826a66160c5e', '9e1f-826a'].map(isPartialId)).toEqual(
    Array<boolean>(6).fill(true),
  )
  expect(['01a2', '01a21212-33', '01A212123345', '66160c5e'].every((part) => hasPartialId(id, part))).toBe(true)
  expect(['3345', 'c5e', 'scan', '', '01a21213'].some((part) => hasPartialId(id, part))).toBe(false)
})

test('the advice names the nearest name, or the command that lists the names', () => {
  expect(didYouMean('pictuers', ['Pictures', 'Music'], 'spacedrive location list')).toBe('did you mean "Pictures"?')
  expect(didYouMean('zzz', ['Pictures'], 'spacedrive location list')).toBe('see `spacedrive location list`')
})
