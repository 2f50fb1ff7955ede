import { type KeyboardEvent, useState } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { messages } from './messages.ts'
import type { Word } from './sidecar-texts.ts'
import type { Size } from './view-box.ts'

/** The letters are a little lower than the box around them. */
const LETTER_HEIGHT = 0.8

/** The words of a page over its picture: the one under the pointer or with the focus is told, all can be selected. */
export function WordLayer({ words, page }: { words: readonly Word[]; page: Size }) {
  const t = useMessages(messages)
  const [active, setActive] = useState(0)
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const to = { ArrowRight: active + 1, ArrowDown: active + 1, ArrowLeft: active - 1, ArrowUp: active - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = Math.min(words.length - 1, Math.max(0, to))
    setActive(next)
    ;(event.currentTarget.children[next] as HTMLElement | undefined)?.focus()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows go from word to word
    <div
      role="group"
      aria-label={t.words}
      data-own-arrows
      onKeyDown={move}
      onDoubleClick={(event) => event.stopPropagation()}
      className="absolute inset-0 select-text"
    >
      {words.map((word, i) => (
        <span
          key={i}
          data-word
          // A button's text could not be selected.
          tabIndex={i === active ? 0 : -1}
          onFocus={() => setActive(i)}
          className="group border-accent hover:bg-raised focus:bg-raised absolute cursor-text border whitespace-pre text-transparent hover:z-10 hover:text-text focus:z-10 focus:text-text"
          style={styleOf(word, page)}
        >
          {word.text}{' '}
        </span>
      ))}
    </div>
  )
}

function styleOf({ box: [x, y, width, height] }: Word, page: Size) {
  return {
    left: `${x * 100}%`,
    top: `${y * 100}%`,
    minWidth: `${width * 100}%`,
    height: `${height * 100}%`,
    fontSize: Math.max(1, height * page.height * LETTER_HEIGHT),
    lineHeight: `${height * page.height}px`,
  }
}
