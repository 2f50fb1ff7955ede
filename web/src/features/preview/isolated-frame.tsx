import { type RefObject, useEffect, useRef } from 'react'

interface IsolatedFrameProps {
  /** Names the frame for screen readers. */
  readonly title: string
  /** Sanitised nodes; they are moved into the frame. */
  readonly content: DocumentFragment
  /** The only styles inside the frame. */
  readonly styles: string
  /** Called for a click on a link in the frame. The frame itself never goes anywhere. */
  readonly onLink: (link: HTMLAnchorElement) => void
}

/**
 * A document of the user in a frame of its own: the sandbox lets no script run, no form be sent, and no window be opened
 * or replaced. The page reaches in to place the content, to follow links and to hear keys.
 */
export function IsolatedFrame({ content, onLink, styles, title }: IsolatedFrameProps) {
  const frame = useRef<HTMLIFrameElement>(null)
  useFrameContent(frame, { content, styles })
  useFrameEvents(frame, { content, onLink })
  return (
    <iframe
      ref={frame}
      title={title}
      sandbox="allow-same-origin"
      className="bg-canvas min-h-0 w-full min-w-0 flex-1 border-0"
    />
  )
}

function useFrameContent(
  ref: RefObject<HTMLIFrameElement | null>,
  { content, styles }: Pick<IsolatedFrameProps, 'content' | 'styles'>,
): void {
  useEffect(() => {
    const frame = ref.current
    if (!frame) return
    const fill = () => {
      const { contentDocument: inside, contentWindow: view } = frame
      if (!inside?.body || !view) return
      const root = getComputedStyle(document.documentElement)
      inside.documentElement.lang = document.documentElement.lang
      inside.documentElement.style.colorScheme = root.colorScheme
      // A sheet belongs to the document whose window has made it.
      const { CSSStyleSheet: Sheet } = view as typeof globalThis & Window
      const sheet = new Sheet()
      sheet.replaceSync(styles)
      inside.adoptedStyleSheets = [sheet]
      inside.body.replaceChildren(inside.importNode(content, true))
      inside.body.tabIndex = 0
    }
    fill()
    // Some browsers replace the empty document of a new frame once more.
    frame.addEventListener('load', fill)
    return () => frame.removeEventListener('load', fill)
  }, [content, ref, styles])
}

function useFrameEvents(
  ref: RefObject<HTMLIFrameElement | null>,
  { content, onLink }: Pick<IsolatedFrameProps, 'content' | 'onLink'>,
): void {
  const latest = useRef(onLink)
  useEffect(() => {
    latest.current = onLink
  })
  useEffect(() => {
    const frame = ref.current
    if (!frame) return
    let heard: Document | null = null
    const onClick = (event: Event) => {
      const link = (event.target as Element | null)?.closest?.('a')
      if (!link) return
      event.preventDefault()
      latest.current(link)
    }
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Tab') return
      const { altKey, code, ctrlKey, key, metaKey, shiftKey } = event
      const copy = new KeyboardEvent('keydown', {
        altKey,
        code,
        ctrlKey,
        key,
        metaKey,
        shiftKey,
        bubbles: true,
        cancelable: true,
      })
      // Enter on a link is the link's own.
      if (key === 'Enter' && (event.target as Element | null)?.closest?.('a')) return
      if (!frame.dispatchEvent(copy)) event.preventDefault()
    }
    const listen = () => {
      const inside = frame.contentDocument
      if (!inside || inside === heard) return
      heard = inside
      inside.addEventListener('click', onClick)
      inside.addEventListener('auxclick', onClick)
      inside.addEventListener('keydown', onKeyDown)
    }
    listen()
    frame.addEventListener('load', listen)
    return () => {
      frame.removeEventListener('load', listen)
      heard?.removeEventListener('click', onClick)
      heard?.removeEventListener('auxclick', onClick)
      heard?.removeEventListener('keydown', onKeyDown)
    }
  }, [content, ref])
}
