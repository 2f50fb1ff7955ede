import { z } from 'zod'
import { SearchInput, SearchResult } from '../domain/search.ts'
import { defineQuery } from './define.ts'

export const searchFiles = defineQuery({
  name: 'search.files',
  scope: 'library',
  staleBy: ['totals', 'volumes'],
  access: 'view',
  summary: 'Find files and folders by name, by what they say, or by what they mean',
  input: SearchInput.extend({
    thumbs: z.boolean().default(false).describe('with each item what there is to show of its content'),
  }),
  output: SearchResult,
  cli: {
    words: ['search'],
    positional: ['query'],
    variadic: true,
    references: ['location'],
    flagAliases: { type: ['kind'] },
    examples: [
      'search holiday',
      `search "tax 2024" --ext pdf --modified 'last year'`,
      'search --content invoice acme',
      'search --semantic who mends pipes',
    ],
  },
  run: ({ thumbs, ...input }, { library, signal }) => library.search.search(input, signal, { thumbs }),
})
