import { z } from 'zod'
import { MediaFacets, MediaItem, MediaTimeline, MediaType, mediaTypes, SimilarCameras } from '../domain/media.ts'
import { defineQuery } from './define.ts'

const of = {
  path: z.string().optional().describe('a folder with everything below it; the whole library by default'),
  types: z
    .array(MediaType)
    .min(1)
    .max(mediaTypes.length)
    .default([...mediaTypes])
    .describe('only these: image, video'),
  photosOnly: z
    .boolean()
    .default(false)
    .describe(
      'leave out icons and screenshots: pictures of at most 256 pixels, and pictures without a camera whose name or folder says screenshot',
    ),
}

const MAX_LATITUDE = 90
const MAX_LONGITUDE = 180

/** Whether the text has the edges of a box on the Earth. West may be greater than east: the box is over the date line. */
function isBox(text: string): boolean {
  const [south, west, north, east] = text.split(',').map(Number) as [number, number, number, number]
  const isLatitude = (degrees: number) => Math.abs(degrees) <= MAX_LATITUDE
  const isLongitude = (degrees: number) => Math.abs(degrees) <= MAX_LONGITUDE
  return isLatitude(south) && isLatitude(north) && south <= north && isLongitude(west) && isLongitude(east)
}

const filters = {
  ...of,
  taken: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe("only those taken then, by a date of their own: 2024-05..2024-08, 'last summer', >2023"),
  camera: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('only photos of this camera: the make and model that `file info` shows, or some words, such as `canon`'),
  within: z
    .string()
    .regex(
      /^-?\d{1,3}(?:\.\d+)?(?:,-?\d{1,3}(?:\.\d+)?){3}$/,
      'give south,west,north,east in degrees, such as 42,10,44.5,12',
    )
    .refine(isBox, {
      message: `must go from south to north: south,west,north,east, with latitudes of ${-MAX_LATITUDE} to ${MAX_LATITUDE} and longitudes of ${-MAX_LONGITUDE} to ${MAX_LONGITUDE}, such as 42,10,44.5,12`,
    })
    .optional()
    .describe('only photos taken in this box: south,west,north,east in degrees'),
}

/** Converts the box of an input to numbers. */
function boxed<T extends { readonly within?: string | undefined }>({ within, ...input }: T) {
  if (within === undefined) return input
  const [south, west, north, east] = within.split(',').map(Number) as [number, number, number, number]
  return { ...input, within: { south, west, north, east } }
}

export const seekMedia = defineQuery({
  name: 'media.seek',
  scope: 'library',
  staleBy: ['tree'],
  access: 'view',
  files: ['path', 'entryPath'],
  summary: 'Find the row of a photo or film in the list',
  input: z.object({ ...filters, entryPath: z.string().describe('absolute path of the photo or film') }),
  /** The index, from 0; null if the file is not in the list. */
  output: z.object({ offset: z.number().nullable() }),
  errors: ['NotFound', 'Unavailable'],
  run: (input, { library }) => library.overview.seek(boxed(input)),
})

/** Limit on a page. It is more than a window shows, including rows that are fetched in advance. */
const MAX_MEDIA = 500

export const mediaTimeline = defineQuery({
  name: 'media.timeline',
  scope: 'library',
  staleBy: ['tree'],
  access: 'view',
  files: ['path'],
  summary: 'Count the photos and films of each month and day',
  input: z.object(filters),
  output: MediaTimeline,
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['media', 'timeline'],
    positional: ['path'],
    paths: ['path'],
    examples: ['media timeline', 'media timeline ~/Pictures --types image'],
  },
  run: (input, { library }) => library.overview.timeline(boxed(input)),
})

export const listMedia = defineQuery({
  name: 'media.list',
  scope: 'library',
  staleBy: ['tree'],
  access: 'view',
  files: ['path'],
  summary: 'List photos and films by the time they were taken, newest first',
  input: z.object({
    ...filters,
    thumbs: z.boolean().default(false).describe('also report the thumbnails of each item'),
    limit: z.int().min(1).max(MAX_MEDIA).default(100).describe('maximum number of results'),
    offset: z.int().min(0).default(0).describe('number of results to skip'),
  }),
  output: z.object({ items: z.array(MediaItem), total: z.number(), suggestions: SimilarCameras }),
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['media', 'list'],
    each: 'items',
    positional: ['path'],
    paths: ['path'],
    examples: ['media list', 'media list ~/Pictures --types video --limit 20', 'media list --camera canon'],
  },
  run: (input, { library }) => library.overview.media(boxed(input)),
})

export const countMediaFacets = defineQuery({
  name: 'media.facets',
  scope: 'library',
  staleBy: ['tree'],
  access: 'view',
  files: ['path'],
  summary: 'Count the photos and films by camera and place',
  input: z.object({
    ...of,
    cell: z.number().min(0.01).max(90).default(1).describe('edge of a cell of the grid of places, in degrees'),
  }),
  output: MediaFacets,
  errors: ['NotFound', 'Unavailable'],
  run: (input, { library }) => library.overview.facets(input),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [mediaTimeline, listMedia, seekMedia, countMediaFacets] as const
