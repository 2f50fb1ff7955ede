import { expect, test } from 'vitest'
import { changePolicy, type DevicePolicy, wantedOutputs } from './policy.ts'
import { thumbnails as thumbs } from '../generators/thumb/index.ts'

const desktop: DevicePolicy = { device: 'desktop', kinds: {}, maxFileBytes: 1_000_000 }

function variants(policy: DevicePolicy, location = {}) {
  return wantedOutputs(thumbs, policy, location).map(({ variant }) => variant)
}

test('a desktop makes what a screen shows, a phone two small pictures', () => {
  expect(variants(desktop)).toEqual(['grid@2x', 'detail@1x', 'grid@3x'])
  expect(variants({ ...desktop, device: 'mobile' })).toEqual(['grid@2x', 'icon@1x'])
})

test('a location’s choice goes before the device’s, and that before what is usual', () => {
  const device: DevicePolicy = { ...desktop, kinds: { thumb: 'icon@2x' } }
  expect(variants(device)).toEqual(['icon@2x'])
  expect(variants(device, { thumb: 'off' })).toEqual([])
  expect(variants(device, { thumb: 'grid@1x+detail@2x' })).toEqual(['grid@1x', 'detail@2x'])
  expect(variants({ ...desktop, kinds: { thumb: 'off' } }, { thumb: 'on' })).toEqual([
    'grid@2x',
    'detail@1x',
    'grid@3x',
  ])
})

test('a policy is changed kind by kind, and taken back', () => {
  const first = changePolicy({}, ['thumb=grid@2x+icon@1x', 'ocr=off'], [thumbs])
  expect(first).toEqual({ thumb: 'grid@2x+icon@1x', ocr: 'off' })
  expect(changePolicy(first, ['thumb=default'], [thumbs])).toEqual({ ocr: 'off' })
})

test.each([
  ['thumb', 'a policy is kind=on'],
  ['thumbs=on', 'a policy is kind=on'],
  ['thumb=huge', 'there is no thumb huge; there are icon@1x'],
])('%s is refused with what there is', (text, message) => {
  expect(() => changePolicy({}, [text], [thumbs])).toThrow(message)
})
