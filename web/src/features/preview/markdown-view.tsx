import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { fileUrl, pathOf } from '../../api/index.ts'
import { isBytes, nameOf, parentOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { IsolatedFrame } from './isolated-frame.tsx'
import { markdownStyles } from './markdown-styles.ts'
import { messages } from './messages.ts'
import { isBrowserPicture } from './preview-kind.ts'
import { MAX_MARKDOWN, type MarkdownLinks, readMarkdown } from './read-markdown.ts'
import { relativePath } from './relative-path.ts'
import type { ShownFile } from './use-file.ts'

interface MarkdownViewProps {
  readonly file: ShownFile
  readonly text: string
}

/** Markdown as it is meant to be read, in an isolated frame. Pictures come from the folder of the file, or not at all. */
export function MarkdownView({ file, text }: MarkdownViewProps) {
  const t = useMessages(messages)
  const navigate = useNavigate()
  const path = file.standIn?.path ?? pathOf(file.entry)
  const { library } = file
  const content = useMemo(() => render(text, linksOf(path, library)), [library, path, text])
  if (content === null) return <p className="text-muted m-auto p-6">{t.markdownDeep}</p>
  const follow = (link: HTMLAnchorElement) => {
    const href = link.getAttribute('href') ?? ''
    const target = link.dataset['path']
    if (href.startsWith('#')) targetOf(link, href.slice(1))?.scrollIntoView()
    else if (target !== undefined)
      void navigate({ to: '/browse', search: { path: parentOf(target) ?? target, sel: target, preview: true } })
    else if (href !== '') window.open(href, '_blank', 'noopener,noreferrer')
  }
  return (
    <>
      {text.length > MAX_MARKDOWN && <p className="text-muted border-line border-b px-4 py-1.5">{t.markdownLong}</p>}
      <IsolatedFrame title={file.entry.name} content={content} styles={markdownStyles} onLink={follow} />
    </>
  )
}

/** The part of the same text that a link names; the renderer has escaped some of its letters. */
function targetOf({ ownerDocument }: HTMLAnchorElement, name: string): HTMLElement | null {
  const heading = [...ownerDocument.querySelectorAll<HTMLElement>('[id]')].find(
    ({ id }) => id === name || encodeURI(id) === name,
  )
  return heading ?? null
}

function linksOf(path: string, library: string | null): MarkdownLinks {
  return {
    filePath: (href) => relativePath(path, href),
    pictureUrl(src) {
      const target = relativePath(path, src)
      if (target === null || isBytes(target)) return null
      const name = nameOf(target)
      const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
      if (!isBrowserPicture({ mime: null, extension })) return null
      return fileUrl({ id: null, path: target, name }, library)
    },
  }
}

/** Null for a text that is nested too deeply. */
function render(text: string, links: MarkdownLinks): DocumentFragment | null {
  try {
    return readMarkdown(text, links)
  } catch (err) {
    if (err instanceof RangeError) return null
    throw err
  }
}
