import { CoreError } from '../../../util/errors.ts'
import { readXml } from './xml.ts'
import { memberName, type ZipArchive } from './zip-archive.ts'

/** The parts of an EPUB, as names of existing members. */
export interface EpubPackage {
  /** In reading order. */
  readonly chapters: readonly string[]
  readonly cover: string | null
}

interface Item {
  readonly member: string
  readonly isCover: boolean
  readonly isPicture: boolean
}

/** Reads the package document of an EPUB. Throws `Corrupt` if there is none. */
export async function readEpub(zip: ZipArchive): Promise<EpubPackage> {
  const list = await packageName(zip)
  const items = new Map<string, Item>()
  const order: string[] = []
  let coverId: string | undefined
  await readXml(zip.chunks(list), {
    open(name, attributes) {
      const { id, href, properties, content, idref } = attributes
      if (name === 'itemref' && idref) order.push(idref)
      if (name === 'meta' && attributes['name'] === 'cover') coverId = content
      if (name !== 'item' || !id || !href) return
      items.set(id, {
        member: memberName(list, decoded(href)),
        isCover: properties?.split(' ').includes('cover-image') ?? false,
        isPicture: attributes['media-type']?.startsWith('image/') ?? false,
      })
    },
  })
  const there = [...items].filter(([, { member }]) => zip.has(member))
  const pictures = there.filter(([, { isPicture }]) => isPicture)
  const cover =
    pictures.find(([, { isCover }]) => isCover) ??
    pictures.find(([id]) => id === coverId) ??
    pictures.find(([id, { member }]) => /cover/i.test(id + member))
  const members = new Map(there.map(([id, { member }]) => [id, member]))
  return {
    chapters: order.map((id) => members.get(id)).filter((member) => member !== undefined),
    cover: cover?.[1].member ?? null,
  }
}

async function packageName(zip: ZipArchive): Promise<string> {
  let found: string | undefined
  await readXml(zip.chunks('META-INF/container.xml'), {
    open(name, attributes) {
      if (name === 'rootfile') found ??= attributes['full-path']
    },
  })
  if (found === undefined || !zip.has(found)) throw new CoreError('Corrupt', 'there is no book in it')
  return found
}

function decoded(href: string): string {
  try {
    return decodeURIComponent(href)
  } catch {
    return href
  }
}
