/** Limit on the length of a tag's attributes. Longer tags are ignored, so that any page is read in linear time. */
const MAX_ATTRIBUTES = 200

/**
 * The trimmed contents of the first elements with a name, at most `most`. This is enough for the flat pages of
 * routers: it supports no entities but `&amp;`, no comments, and no element inside another of the same name.
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
