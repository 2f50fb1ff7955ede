import { z } from 'zod'
import { SearchInput, SearchResult } from '../domain/search.ts'
import { defineQuery } from './define.ts'

export const searchFiles = defineQuery({
  name: 'search.files',
  scope: 'library',
  staleBy: ['totals', 'volumes'],
  access: 'view',
  summary: 'Find files and folders by name, by text, or by meaning',
  input: SearchInput.extend({
    thumbs: z.boolean().default(false).describe('also report the thumbnails of each item'),
  }),
  output: SearchResult,
  cli: {
    words: ['search'],
    each: 'items',
    positional: ['query'],
    variadic: true,
    references: ['location'],
    flagAliases: { type: ['kind'] },
    examples: [
      'search holiday',
      `search "tax 2024" --ext pdf --modified 'last year'`,
      `search 'IMG_*.heic OR *.jpg' iceland/`,
      'search --content invoice acme',
      "search --ext jpg --format '{size}\\t{}'",
      'search --type video --exec ls -l {}',
      'search --semantic who mends pipes',
    ],
  },
  run: ({ thumbs, ...input }, { library, signal }) => library.search.search(input, signal, { thumbs }),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [searchFiles] as const
