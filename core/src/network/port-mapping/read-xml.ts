/** Longest attributes of a tag. A longer tag is ignored, so that reading takes linear time for any page. */
const MAX_ATTRIBUTES = 200

/**
 * The contents of the first elements of a name, without the spaces around them. Enough for the flat pages of routers:
 * no entities but `&amp;`, no comments, no element inside another of the same name.
 */
export function elements(xml: string, name: string, most: number): string[] {
  const opening = new RegExp(`<${name}(?:\\s[^<>]{0,${MAX_ATTRIBUTES}})?>`, 'g')
  const closing = `</${name}>`
  const found: string[] = []
  while (found.length < most) {
    const tag = opening.exec(xml)
    const end = tag ? xml.indexOf(closing, opening.lastIndex) : -1
    if (end === -1) break
    found.push(xml.slice(opening.lastIndex, end).trim().replaceAll('&amp;', '&'))
    opening.lastIndex = end
  }
  return found
}
