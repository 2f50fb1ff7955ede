import { expect, test } from 'vitest'
import { makeFormat } from '../../format/use-format.ts'
import { fieldNames } from './field-names.ts'
import { metadataGroups, type MetadataWords } from './metadata-groups.ts'

const { en } = fieldNames
const words: MetadataWords = { ...makeFormat('en'), ...en, locale: 'en', orientations: Object.values(en.orientations) }

test('what a camera wrote is said as photographers say it', () => {
  const groups = metadataGroups(
    {
      width: 4000,
      height: 3000,
      orientation: 6,
      takenAt: '2024-03-12T14:05:09',
      takenOffsetMinutes: -210,
      latitude: -51.5034,
      longitude: 0.1276,
      altitude: 35.4,
      cameraMake: 'NIKON CORPORATION',
      cameraModel: 'NIKON D70',
      shutterSpeed: 0.008,
      aperture: 2.8,
      iso: 200,
      focalLength: 35,
    },
    words,
  )
  expect(groups).toEqual([
    {
      name: 'taken',
      rows: [
        { field: 'takenAt', value: 'Mar 12, 2024, 2:05:09 PM (UTC−3:30)' },
        { field: 'place', value: '51.50340° S, 0.12760° E' },
        { field: 'altitude', value: '35 m' },
      ],
    },
    {
      name: 'camera',
      rows: [
        { field: 'camera', value: 'NIKON D70' },
        { field: 'shutterSpeed', value: '1/125 s' },
        { field: 'aperture', value: 'f/2.8' },
        { field: 'iso', value: '200' },
        { field: 'focalLength', value: '35 mm' },
      ],
    },
    {
      name: 'picture',
      rows: [
        { field: 'dimensions', value: '4,000 × 3,000 · 12 MP' },
        { field: 'orientation', value: 'on its left side' },
      ],
    },
  ])
})

test('a film, what lies beside it, and fields that nobody knows', () => {
  const groups = metadataGroups(
    {
      width: 640,
      height: 360,
      fpsNum: 30_000,
      fpsDen: 1001,
      durationMs: 61_000,
      bitRate: 800_000,
      codec: 'h264',
      audioSampleRate: 48_000,
      newField: [1, 2],
      xmp: { rating: 4, subjects: ['sea', 'whale'], oddity: 'x' },
    },
    words,
  )
  expect(groups).toEqual([
    {
      name: 'picture',
      rows: [
        { field: 'dimensions', value: '640 × 360' },
        { field: 'frameRate', value: '29.97 a second' },
        { field: 'codec', value: 'h264' },
      ],
    },
    {
      name: 'sound',
      rows: [
        { field: 'duration', value: '1 min 1 sec' },
        { field: 'bitRate', value: '800 kbit/s' },
        { field: 'sampleRate', value: '48 kHz' },
      ],
    },
    {
      name: 'xmp',
      rows: [
        { field: 'rating', value: '★★★★☆' },
        { field: 'keywords', value: 'sea, whale' },
        { field: { raw: 'oddity' }, value: 'x' },
      ],
    },
    { name: 'more', rows: [{ field: { raw: 'newField' }, value: '[1,2]' }] },
  ])
})

test('a document is told by its properties, and a picture by its keywords and stars', () => {
  const document = {
    title: 'Plan',
    author: 'Ada',
    subject: 'Budget',
    keywords: ['money', '2024'],
    pages: 1200,
    program: 'Writer',
    createdAt: '2024-05-01T10:20:30+09:00',
    modifiedAt: '2024-05-02T10:20:30',
  }
  expect(metadataGroups(document, words)).toEqual([
    {
      name: 'about',
      rows: [
        { field: 'title', value: 'Plan' },
        { field: 'author', value: 'Ada' },
        { field: 'subject', value: 'Budget' },
        { field: 'keywords', value: 'money, 2024' },
        { field: 'pages', value: '1,200' },
        { field: 'creationTime', value: 'May 1, 2024, 10:20:30 AM' },
        { field: 'changedAt', value: 'May 2, 2024, 10:20:30 AM' },
        { field: 'program', value: 'Writer' },
      ],
    },
  ])
  expect(metadataGroups({ keywords: ['sea'], rating: 4 }, words)).toEqual([
    {
      name: 'about',
      rows: [
        { field: 'rating', value: '★★★★☆' },
        { field: 'keywords', value: 'sea' },
      ],
    },
  ])
  expect(metadataGroups({ rating: -1 }, words)).toEqual([
    { name: 'about', rows: [{ field: 'rating', value: 'Rejected' }] },
  ])
})

test('nothing known is no group', () => {
  expect(metadataGroups({}, words)).toEqual([])
})
