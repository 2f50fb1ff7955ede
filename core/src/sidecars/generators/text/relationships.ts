import { posix } from 'node:path'
import { attribute, readXml } from './xml.ts'
import { memberName, type ZipArchive } from './zip-archive.ts'

/** What a part of an Office document refers to: names of members by the ids it calls them by. */
export async function relationships(zip: ZipArchive, part: string): Promise<Map<string, string>> {
  const targets = new Map<string, string>()
  const list = posix.join(posix.dirname(part), '_rels', `${posix.basename(part)}.rels`)
  await readXml(zip.chunks(list), {
    open(name, { Id, Target, TargetMode }) {
      if (name === 'Relationship' && Id && Target && TargetMode !== 'External')
        targets.set(Id, memberName(part, Target))
    },
  })
  return targets
}

/** The members that elements of a name refer to, in their order, with the name each is given. */
export async function referred(
  zip: ZipArchive,
  part: string,
  element: string,
): Promise<{ member: string; title: string }[]> {
  const targets = await relationships(zip, part)
  const found: { member: string; title: string }[] = []
  await readXml(zip.chunks(part), {
    open(name, attributes) {
      if (name !== element) return
      // `id` is also a plain number there: the reference is the one in a namespace.
      const reference = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1]
      const member = reference === undefined ? undefined : targets.get(reference)
      if (member !== undefined && zip.has(member)) found.push({ member, title: attribute(attributes, 'name') ?? '' })
    },
  })
  return found
}
