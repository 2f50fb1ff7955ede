import { posix } from 'node:path'
import { attribute, readXml } from './xml.ts'
import { memberName, type ZipArchive } from './zip-archive.ts'

/** The members to which a part of an Office document refers, by relationship id. */
async function relationships(zip: ZipArchive, part: string): Promise<Map<string, string>> {
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

/** Limit on the parts of one sort to which a slide or sheet refers. */
const MAX_RELATED = 100

/** The members to which a part of an Office document refers and whose names match `form`, in order. */
export async function relatedParts(zip: ZipArchive, part: string, form: RegExp): Promise<string[]> {
  const members = new Set((await relationships(zip, part)).values())
  return [...members].filter((name) => form.test(`/${name}`) && zip.has(name)).slice(0, MAX_RELATED)
}

/** The members to which the elements with a name refer, in order, each with its title. */
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
      // The elements also have a plain `id`, which is a number. The reference is the `id` with a namespace.
      const reference = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1]
      const member = reference === undefined ? undefined : targets.get(reference)
      if (member !== undefined && zip.has(member)) found.push({ member, title: attribute(attributes, 'name') ?? '' })
    },
  })
  return found
}
