import DOMPurify from 'dompurify'
import { Marked } from 'marked'

/** Characters that are rendered at most: a larger text would hold up the page. */
export const MAX_MARKDOWN = 1_000_000

/** What could load, send or run something, or change how the rest looks. */
const FORBIDDEN_TAGS =
  'style form input button textarea select option dialog svg math video audio source track picture map area'.split(' ')

const marked = new Marked({
  gfm: true,
  async: false,
  renderer: { checkbox: ({ checked }) => (checked ? '☑ ' : '☐ ') },
})

export interface MarkdownLinks {
  /** The address of a picture beside the file; null: it is left out. `src` is relative. */
  readonly pictureUrl: (src: string) => string | null
  /** The path of a file that the text links to; null: the link leads nowhere. `href` is relative. */
  readonly filePath: (href: string) => string | null
}

/**
 * Markdown as sanitised nodes: no script, no style, nothing of another server. A link to a file has its path in
 * `data-path`. Throws `RangeError` for a text that is nested too deeply.
 */
export function readMarkdown(text: string, links: MarkdownLinks): DocumentFragment {
  const content = DOMPurify.sanitize(markdownHtml(text), {
    RETURN_DOM_FRAGMENT: true,
    FORBID_TAGS: FORBIDDEN_TAGS,
    FORBID_ATTR: ['style', 'class', 'srcset', 'background', 'poster', 'tabindex', 'accesskey', 'autofocus'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  })
  place(content, links)
  return content
}

/** The rendered text as unsafe HTML: the tags of the text itself are in it. */
export function markdownHtml(text: string): string {
  return marked.parse(withoutFrontMatter(text.slice(0, MAX_MARKDOWN))) as string
}

/** Makes links, pictures and headings of sanitised nodes work inside this page. */
export function place(content: ParentNode, { filePath, pictureUrl }: MarkdownLinks): void {
  for (const image of content.querySelectorAll('img')) placePicture(image, pictureUrl)
  for (const link of content.querySelectorAll('a')) placeLink(link, filePath)
  nameHeadings(content)
}

/** The header of settings that some programs write above the text, as a block of code. */
function withoutFrontMatter(text: string): string {
  return text.replace(/^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/, '```yaml\n$1\n```\n\n')
}

/** An address with a scheme or a host. */
export function isElsewhere(address: string): boolean {
  return /^(?:[a-z][a-z\d+.-]*:|\/\/|\\\\)/i.test(address.trim())
}

function placePicture(image: HTMLImageElement, pictureUrl: MarkdownLinks['pictureUrl']): void {
  const src = image.getAttribute('src') ?? ''
  const url = src === '' || isElsewhere(src) ? null : pictureUrl(src)
  if (url !== null) {
    image.setAttribute('src', url)
    image.setAttribute('loading', 'lazy')
    if (!image.hasAttribute('alt')) image.setAttribute('alt', '')
    return
  }
  const words = image.ownerDocument.createElement('span')
  words.className = 'no-picture'
  words.textContent = image.getAttribute('alt')?.trim() || src.split('/').at(-1) || '…'
  image.replaceWith(words)
}

function placeLink(link: HTMLAnchorElement, filePath: MarkdownLinks['filePath']): void {
  const href = link.getAttribute('href') ?? ''
  if (href.startsWith('#')) return
  if (isElsewhere(href)) {
    if (/^(?:https?|mailto):/i.test(href)) link.setAttribute('rel', 'noopener noreferrer')
    else link.removeAttribute('href')
    return
  }
  const path = href === '' ? null : filePath(href)
  if (path === null) link.removeAttribute('href')
  else link.setAttribute('data-path', path)
}

/** Gives headings the names by which links within the text call them. */
function nameHeadings(content: ParentNode): void {
  const used = new Map<string, number>()
  for (const heading of content.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const name = headingName(heading.textContent ?? '')
    const count = used.get(name) ?? 0
    used.set(name, count + 1)
    if (name !== '') heading.id = count === 0 ? name : `${name}-${count}`
  }
}

function headingName(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}
