import type { OfferedPrompt } from './offer.ts'

type Given = Readonly<Partial<Record<string, string>>>

const LIBRARY_ARGUMENT = {
  name: 'library',
  description: 'name or id of the library; the current one by default',
  required: false,
} as const

/** Quotes what the user has given, so that it cannot be mistaken for the rest of the question. */
const quoted = (text: string | undefined) => JSON.stringify(text ?? '')

/** The questions that people often ask about their files, each with the tools that answer it. */
export const prompts: readonly OfferedPrompt[] = [
  prompt({
    name: 'find_document',
    title: 'Find a document',
    description: 'Find a document by what it is about, and quote the passage',
    arguments: [
      { name: 'about', description: 'what the document is about, or words that it contains', required: true },
      { name: 'type', description: 'type of the file, such as document, image or email', required: false },
      { name: 'location', description: 'name of the location to search in', required: false },
    ],
    text: ({ about, location, type }) =>
      `Find the document about ${quoted(about)}. Call search_files with \`content\`${filters({ location, type })}. If no hit fits, search again with \`semantic\`, and then with other words for the same thing. Read the passage of the best hits with sidecars_text before you answer. Give the path of the document, the page, and a short quotation.`,
  }),
  prompt({
    name: 'largest_folders',
    title: 'What takes the room?',
    description: 'Find the folders and files that take the most room',
    arguments: [{ name: 'path', description: 'absolute path of the folder to start in', required: false }],
    text: ({ path }) =>
      `Find out what takes the most room ${path === undefined ? 'in each location (call locations_list for their paths)' : `in ${quoted(path)}`}. Call files_sizes, then call it again for the largest folders in the answer, at most three levels deep. Report the ten largest items with their sizes. Say which of them look as if they could be made again or downloaded again, and which look unique. Do not suggest deleting anything that you have not looked at.`,
  }),
  prompt({
    name: 'files_without_copy',
    title: 'Which files exist only once?',
    description: 'Find files that have no copy on any disk of the library',
    arguments: [
      { name: 'path', description: 'absolute path of a folder; the whole library by default', required: false },
      { name: 'type', description: 'type of the file, such as image or document', required: false },
    ],
    text: ({ path, type }) =>
      `Find the files that exist only once${path === undefined ? '' : ` and are in ${quoted(path)}`}. Call files_unique${type === undefined ? '' : ` with the type ${quoted(type)}`}. Report how many there are and their size, and which folders hold most of them. Say which would be the worst to lose: photos, own documents, recordings.`,
  }),
  prompt({
    name: 'duplicates',
    title: 'Which files are duplicates?',
    description: 'Find files with the same content and the space that they use',
    arguments: [],
    text: () =>
      'Find duplicates. Call files_duplicates. Report the total of the space that the copies use, and the ten groups that use the most. For each group, give the paths and say which copy looks like the original and why. If a group says `sampled`, say that only samples of the files were compared. Copies on a disk of their own may be backups: say so.',
  }),
  prompt({
    name: 'photos_of_trip',
    title: 'Photos of a trip',
    description: 'Find the photos of a trip by its time and its place',
    arguments: [
      { name: 'when', description: 'month of the trip, such as 2024-08', required: true },
      { name: 'place', description: 'place or other words that may be in the names of folders', required: false },
    ],
    text: ({ place, when }) =>
      `Find the photos of the trip in ${quoted(when)}${place === undefined ? '' : ` to ${quoted(place)}`}. Call media_timeline to see how many photos each month has, then media_list until you reach that month.${place === undefined ? '' : ` Call search_files for ${quoted(place)} too, and files_info for some of the photos, which shows where they were taken.`} Report the days, the number of photos of each day, and the folders that hold them.`,
  }),
  prompt({
    name: 'summarise_folder',
    title: 'Summarise a folder',
    description: 'Say what a folder holds: kinds, sizes, times and the main documents',
    arguments: [{ name: 'path', description: 'absolute path of the folder', required: true }],
    text: ({ path }) =>
      `Summarise the folder ${quoted(path)}. Call files_list and files_sizes, and look into its largest folders. Read the beginning of up to five documents with sidecars_text. Say in a few sentences what the folder is for, what kinds of files it has, how old they are, and which files matter most.`,
  }),
]

interface Definition extends Omit<OfferedPrompt, 'messages'> {
  text(given: Given): string
}

function prompt({ text, ...rest }: Definition): OfferedPrompt {
  return {
    ...rest,
    arguments: [...rest.arguments, LIBRARY_ARGUMENT],
    messages({ library, ...given }) {
      const where = library === undefined ? '' : ` Pass ${quoted(library)} as \`library\` to every tool.`
      return [{ role: 'user', content: { type: 'text', text: `${text(given)}${where}` } }]
    },
  }
}

function filters({ location, type }: Given): string {
  const of = { location, type }
  const given = Object.entries(of).filter(([, value]) => value !== undefined)
  return given.map(([name, value]) => `, with ${quoted(value)} as \`${name}\``).join('')
}
