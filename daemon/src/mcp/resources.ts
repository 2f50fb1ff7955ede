import { isUtf8 } from 'node:buffer'
import { CoreError } from '@spacedrive/core/errors'
import { EntryId, textKinds } from '@spacedrive/core/domain'
import { type Address, locationAddress, parseAddress, sidecarAddress } from './address.ts'
import { infoTool, listTool } from './file-tools.ts'
import { DEFAULT_TEXT_LENGTH, MAX_ITEMS } from './limits.ts'
import { strangerText, visibleJson, visibleName } from './stranger-text.ts'
import type { Ask } from './tool.ts'

/** Returns the function that calls operations in the given library; undefined is the current library. */
export type AskIn = (library: string | undefined) => Ask

export interface Resource {
  readonly uri: string
  readonly mimeType: string
  readonly text: string
}

/** The locations of all open libraries: the starting points for a client that explores. */
export async function listResources(askIn: AskIn): Promise<{ uri: string; name: string; description: string }[]> {
  const libraries = (await askIn(undefined)('libraries.list', {})).filter(({ open }) => open)
  const found = await Promise.all(
    libraries.map(async ({ id, name }) => {
      const locations = await askIn(id)('locations.list', {})
      return locations.map((location) => ({
        uri: locationAddress(id, location.id),
        name: visibleName(location.name),
        description: visibleName(`${location.path}, in the library ${name}`),
      }))
    }),
  )
  return found.flat().slice(0, MAX_ITEMS)
}

/** Reads the resource at an address: the listing of a folder, the facts about a file, or the text of a sidecar. */
export async function readResource(uri: string, askIn: AskIn): Promise<Resource> {
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
