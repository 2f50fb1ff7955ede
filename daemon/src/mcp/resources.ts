import { isUtf8 } from 'node:buffer'
import { dirname } from 'node:path'
import { CoreError } from '@spacedrive/core/errors'
import { EntryId, textKinds } from '@spacedrive/core/domain'
import type { Event } from '@spacedrive/core/events'
import { type Address, addressTemplates, locationAddress, parseAddress, sidecarAddress } from './address.ts'
import { infoTool, listTool } from './file-tools.ts'
import { DEFAULT_TEXT_LENGTH, MAX_ITEMS } from './limits.ts'
import type { OfferedResource, OfferedResources } from './offer.ts'
import { STRANGERS, strangerText, visibleJson, visibleName } from './stranger-text.ts'
import type { Ask, AskIn } from './tool.ts'

const JSON_TYPE = { mimeType: 'application/json' }
const TEXT_TYPE = { mimeType: 'text/plain' }

/** Locations, files and texts by `sd://` address. */
export const resources: OfferedResources = {
  templates: [
    {
      name: 'location',
      uriTemplate: addressTemplates.location,
      description: 'the listing of the folder of a location',
      ...JSON_TYPE,
    },
    {
      name: 'file',
      uriTemplate: addressTemplates.file,
      description: 'the listing of a folder in a location, or the facts about a file in it',
      ...JSON_TYPE,
    },
    {
      name: 'entry',
      uriTemplate: addressTemplates.entry,
      description: 'the facts about an indexed file, by its entry id',
      ...JSON_TYPE,
    },
    {
      name: 'sidecar',
      uriTemplate: addressTemplates.sidecar,
      description: 'the text of a content; kind is text, ocr or transcript',
      ...TEXT_TYPE,
    },
    {
      name: 'sidecar-from',
      uriTemplate: addressTemplates.sidecarFrom,
      description: 'the next part of that text, from the cursor of the previous answer',
      ...TEXT_TYPE,
    },
  ],
  list: ({ askIn }) => listResources(askIn),
  async read(uri, { askIn }) {
    return { contents: [{ ...(await readResource(uri, askIn)), _meta: STRANGERS }] }
  },
  changedBy: (uri, { askIn }) => changesOf(uri, askIn),
  isListChangedBy: ({ type }) => LIST_CHANGES.has(type),
}

const LIST_CHANGES: ReadonlySet<Event['type']> = new Set([
  'library.opened',
  'library.closed',
  'library.updated',
  'location.added',
  'location.updated',
  'location.removed',
])

interface Resource {
  readonly uri: string
  readonly mimeType: string
  readonly text: string
}

/** The locations of all open libraries: the starting points for a client that explores. */
async function listResources(askIn: AskIn): Promise<OfferedResource[]> {
  const libraries = (await askIn(undefined)('libraries.list', {})).filter(({ open }) => open)
  const found = await Promise.all(
    libraries.map(async ({ id, name }) => {
      const locations = await askIn(id)('locations.list', {})
      return locations.map((location) => ({
        uri: locationAddress(id, location.id),
        name: visibleName(location.name),
        description: visibleName(`${location.path}, in the library ${name}`),
        ...JSON_TYPE,
      }))
    }),
  )
  return found.flat().slice(0, MAX_ITEMS)
}

/** Reads the resource at an address: the listing of a folder, the facts about a file, or the text of a sidecar. */
async function readResource(uri: string, askIn: AskIn): Promise<Resource> {
  const address = parseAddress(uri)
  const ask = askIn(address.library)
  switch (address.what) {
    case 'sidecar':
      return { uri, mimeType: 'text/plain', text: await readSidecar(address, ask) }
    case 'entry':
      return { uri, ...(await readFile(await pathOfEntry(address.entry, ask), ask)) }
    case 'location': {
      const { path } = await ask('locations.info', { location: address.location })
      return { uri, ...(await readFile(joined(path, address.below), ask)) }
    }
  }
}

/** The test for events after which reading the address may give something else. */
async function changesOf(uri: string, askIn: AskIn): Promise<(event: Event) => boolean> {
  const address = parseAddress(uri)
  const ask = askIn(address.library)
  switch (address.what) {
    case 'sidecar': {
      // It may not exist yet: a client waits for a transcript in this way.
      const { content, kind } = address
      return ({ data, type }) =>
        type === 'sidecars.changed' && data.kind === kind && (data.more || data.contentIds.some((id) => id === content))
    }
    case 'entry': {
      const path = await pathOfEntry(address.entry, ask)
      return (event) => concerns(event, path) || namesEntry(event, address.entry)
    }
    case 'location': {
      const { id, path: root } = await ask('locations.info', { location: address.location })
      const path = joined(root, address.below)
      return (event) => concerns(event, path) || isAboutLocation(event, id)
    }
  }
}

/** Whether the event is about the entry at the path, or about a child of the folder there. */
function concerns({ data, type }: Event, path: string): boolean {
  if (type === 'entries.changed') return data.path === path || data.path === dirname(path)
  if (type === 'entry.moved') return [data.from, data.to].some((moved) => moved === path || dirname(moved) === path)
  return type === 'tree.changed' && (isWithin(path, data.path) || isWithin(data.path, path))
}

function namesEntry({ data, type }: Event, id: string): boolean {
  if (type === 'entry.moved') return data.entryId === id
  return type === 'entries.changed' && [...data.modified, ...data.deleted].some((changed) => changed === id)
}

function isAboutLocation({ data, type }: Event, id: string): boolean {
  if (type === 'location.updated') return data.id === id
  return (type === 'location.state-changed' || type === 'location.removed') && data.locationId === id
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

async function readFile(path: string, ask: Ask): Promise<Omit<Resource, 'uri'>> {
  const { kind } = await ask('files.info', { path })
  const tool = kind === 'directory' ? listTool : infoTool
  const answer = tool.output.parse(await tool.run(tool.input.parse({ path }), ask))
  return { mimeType: 'application/json', text: visibleJson(answer) }
}

async function readSidecar(
  { content, cursor, kind, library }: Address & { what: 'sidecar' },
  ask: Ask,
): Promise<string> {
  const wanted = textKinds.find((each) => each === kind)
  if (!wanted)
    throw new CoreError(
      'InvalidInput',
      `the sidecar kind ${JSON.stringify(kind)} has no text; use ${textKinds.join(', ')}`,
    )
  const from = cursor === null ? {} : { cursor }
  const input = { target: content, kind: wanted, characters: DEFAULT_TEXT_LENGTH, ...from }
  const read = await ask('sidecars.text', input)
  const lines = read.parts.map(({ page, startMs, text }) => {
    const mark = page === null ? `${((startMs ?? 0) / 1_000).toFixed(1)} s` : `page ${page}`
    return `[${mark}] ${strangerText(text)}`
  })
  if (read.cursor !== null) lines.push(`[more: ${sidecarAddress({ library, content, kind, cursor: read.cursor })}]`)
  if (read.unfinished) lines.push('[more pages are still being read: read this again later]')
  return lines.join('\n')
}

async function pathOfEntry(entry: string, ask: Ask): Promise<string> {
  const id = EntryId.safeParse(entry)
  if (!id.success)
    throw new CoreError(
      'InvalidInput',
      `${JSON.stringify(entry)} is not an entry id; use the \`id\` from files_list or search_files`,
    )
  const { path, pathBase64 } = await ask('files.path', { id: id.data })
  return pathBase64 === undefined ? path : `base64:${pathBase64}`
}

function joined(dir: string, below: Uint8Array): string {
  if (below.length === 0) return dir
  const path = Buffer.concat([Buffer.from(dir.endsWith('/') ? dir : `${dir}/`), below])
  return isUtf8(path) ? path.toString() : `base64:${path.toString('base64')}`
}
