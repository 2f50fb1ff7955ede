import { expect, test } from 'vitest'
import type { ContentId } from '../../domain/index.ts'
import { formatSidecarAddress, parseSidecarAddress } from './address.ts'

const contentId = '0f1e2d3c-0000-5000-8000-000000000001' as ContentId

test('an address is printed as it is read', () => {
  const key = { contentId, kind: 'thumb', variant: 'grid@2x', format: 'webp' } as const
  const text = `sidecar://${contentId}/thumbs/grid@2x.webp`
  expect(formatSidecarAddress(key)).toBe(text)
  expect(parseSidecarAddress(text)).toEqual({ content: contentId, kinds: ['thumb'], file: 'grid@2x.webp' })
})

test('parts may be patterns, or left out', () => {
  expect(parseSidecarAddress('sidecar://*/thumbs/grid@*.webp')).toEqual({
    content: '*',
    kinds: ['thumb'],
    file: 'grid@*.webp',
  })
  expect(parseSidecarAddress('sidecar://*/thumb*').kinds).toEqual(['thumb', 'thumbstrip'])
  expect(parseSidecarAddress(`sidecar://${contentId}`)).toMatchObject({ content: contentId, file: '*' })
})

test.each([
  ['sidecar://nobody/thumbs/a.webp', 'is no id of a content'],
  [`sidecar://${contentId}/thumb/a.webp`, 'there is no folder thumb; there are thumbs'],
  [`sidecar://${contentId}/thumbs/a/b`, 'it has three parts'],
])('%s is refused', (text, message) => {
  expect(() => parseSidecarAddress(text)).toThrow(message)
})

test('a file that is named after its folder is the default one', () => {
  const parse = (text: string) => parseSidecarAddress(text)
  expect(parse(`sidecar://${contentId}/ocr/ocr.json`)).toEqual({
    content: contentId,
    kinds: ['ocr'],
    file: 'default.json',
  })
  expect(parse(`sidecar://${contentId}/transcript/transcript.vtt`).file).toBe('default.vtt')
  expect(parse(`sidecar://${contentId}/ocr/*.json`).file).toBe('*.json')
})
