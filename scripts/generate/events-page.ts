import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { events } from '@spacedrive/core/events'

const BEGIN = '<!-- The list of events is written by `npm run generate`. -->'
const END = '<!-- End of the list of events. -->'

/** A comment of the catalogue, and the name of the event that it describes. */
const DESCRIBED = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*'([a-z-]+\.[a-z-]+)':/g

/** `docs/events.md` with the name of every event, and with the comment that the catalogue has about it. */
export function eventsPage(): string {
  const page = read('../../docs/events.md')
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (after === undefined) throw new Error(`docs/events.md must have ${BEGIN} and ${END}`)
  const about = new Map(
    [...read('../../core/src/events/catalog.ts').matchAll(DESCRIBED)].map(([, comment, name]) => [
      name,
      plain(comment!),
    ]),
  )
  const lines = Object.keys(events).map((name) => {
    const text = about.get(name)
    if (text === undefined) throw new Error(`the event ${name} needs a comment in the catalogue`)
    return `- \`${name}\`: ${text}`
  })
  return `${before}${BEGIN}\n\n${lines.join('\n')}\n\n${END}${after}`
}

/** A comment without its asterisks, in one line. */
function plain(comment: string): string {
  return comment
    .replaceAll(/^\s*\*/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')
}
