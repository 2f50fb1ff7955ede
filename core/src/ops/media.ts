import { z } from 'zod'
import { MediaItem, MediaTimeline, MediaType, mediaTypes } from '../domain/media.ts'
import { defineQuery } from './define.ts'

const of = {
  path: z.string().optional().describe('a folder with everything below it; the whole library by default'),
  types: z
    .array(MediaType)
    .min(1)
    .max(mediaTypes.length)
    .default([...mediaTypes])
    .describe('only these: image, video'),
}

export const seekMedia = defineQuery({
  name: 'media.seek',
  scope: 'library',
  staleBy: ['tree'],
  access: 'view',
  files: ['path', 'entryPath'],
  summary: 'Find the row of a photo or film in the list',
  input: z.object({ ...of, entryPath: z.string().describe('absolute path of the photo or film') }),
  /** From 0; null if it is not in the list. */
  output: z.object({ offset: z.number().nullable() }),
  errors: ['NotFound', 'Unavailable'],
  run: (input, { library }) => library.overview.seek(input),
})

/** More than any window shows, including the rows fetched in advance. */
const MAX_MEDIA = 500

export const mediaTimeline = defineQuery({
  name: 'media.timeline',
  scope: 'library',
  staleBy: ['tree'],
  access: 'view',
  files: ['path'],
  summary: 'Count the photos and films of each month',
  input: z.object(of),
  output: MediaTimeline,
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['media', 'timeline'],
    positional: ['path'],
    paths: ['path'],
    examples: ['media timeline', 'media timeline ~/Pictures --types image'],
  },
  run: (input, { library }) => library.overview.timeline(input),
})

export const listMedia = defineQuery({
  name: 'media.list',
  scope: 'library',
  staleBy: ['tree'],
  access: 'view',
  files: ['path'],
  summary: 'List photos and films by the time they were taken, newest first',
  input: z.object({
    ...of,
    thumbs: z.boolean().default(false).describe('also report the thumbnails of each item'),
    limit: z.int().min(1).max(MAX_MEDIA).default(100).describe('maximum number of results'),
    offset: z.int().min(0).default(0).describe('number of results to skip'),
  }),
  output: z.object({ items: z.array(MediaItem), total: z.number() }),
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['media', 'list'],
    positional: ['path'],
    paths: ['path'],
    examples: ['media list', 'media list ~/Pictures --types video --limit 20'],
  },
  run: (input, { library }) => library.overview.media(input),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [mediaTimeline, listMedia, seekMedia] as const
