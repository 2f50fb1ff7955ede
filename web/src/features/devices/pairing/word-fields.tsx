import { type ClipboardEvent, type KeyboardEvent, useId, useRef } from 'react'
import { useMessages } from '../../../i18n/index.ts'
import { Button, cn, Input } from '../../../ui/index.ts'
import { messages } from './messages.ts'
import { CODE_WORDS, withWords, wordsOf } from './words-of.ts'

/** A word that is in no code, and those that it may have been; `position` from 1. */
export interface UnknownWord {
  readonly word: string
  readonly position: number
  readonly nearest: readonly string[]
}

interface WordFieldsProps {
  readonly words: readonly string[]
  readonly unknown: readonly UnknownWord[]
  /** `invitation`: all of what was pasted, where it says more than the words. */
  readonly onChange: (words: readonly string[], invitation: string | null) => void
}

/** Twelve fields, one for each word; a blank goes on to the next, and all can be pasted at once. */
export function WordFields({ words, unknown, onChange }: WordFieldsProps) {
  const t = useMessages(messages)
  const id = useId()
  const list = useRef<HTMLOListElement>(null)
  const focus = (at: number) => list.current?.querySelectorAll('input')[Math.min(at, CODE_WORDS - 1)]?.focus()
  const take = (at: number, text: string) => {
    const { invitation, words: found } = wordsOf(text)
    onChange(withWords(words, at, found), invitation)
    focus(found.length >= CODE_WORDS ? CODE_WORDS - 1 : at + found.length)
  }
  const onPaste = (at: number, event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text')
    if (wordsOf(text).words.length < 2) return
    event.preventDefault()
    take(at, text)
  }
  const onInput = (at: number, text: string) => {
    // A blank after a word, and what a keyboard puts in at once.
    if (/\S\s/.test(text)) take(at, text)
    else onChange(words.with(at, text.trim().toLowerCase()), null)
  }
  const onKeyDown = (at: number, event: KeyboardEvent) => {
    if (event.key !== 'Backspace' || words[at] !== '' || at === 0) return
    event.preventDefault()
    focus(at - 1)
  }
  return (
    <div>
      <ol ref={list} dir="ltr" className="grid grid-cols-2 gap-2 sm:grid-cols-3">
        {words.map((word, at) => {
          const isUnknown = unknown.some(({ position }) => position === at + 1)
          return (
            <li key={at} className="flex items-center gap-1.5">
              <span aria-hidden className="text-muted w-5 shrink-0 text-end text-xs tabular-nums">
                {at + 1}
              </span>
              <Input
                aria-label={t.word(at + 1)}
                aria-invalid={isUnknown}
                aria-describedby={isUnknown ? `${id}-${at + 1}` : undefined}
                lang="en"
                autoCapitalize="none"
                autoComplete="off"
                autoCorrect="off"
                spellCheck={false}
                autoFocus={at === 0}
                value={word}
                onChange={(event) => onInput(at, event.target.value)}
                onPaste={(event) => onPaste(at, event)}
                onKeyDown={(event) => onKeyDown(at, event)}
                className={cn('min-w-0', isUnknown && 'border-bad!')}
              />
            </li>
          )
        })}
      </ol>
      <div role="alert">
        {unknown.map(({ nearest, position, word }) => (
          <p key={position} className="mt-2 flex flex-wrap items-center gap-2">
            <span id={`${id}-${position}`}>
              <span className="text-bad font-medium">
                {t.word(position)}: {t.unknown(word)}
              </span>{' '}
              {nearest.length > 0 && t.meant}
            </span>
            {nearest.map((meant) => (
              <Button
                key={meant}
                lang="en"
                aria-label={t.takeWord(meant, position)}
                onClick={() => onChange(words.with(position - 1, meant), null)}
              >
                {meant}
              </Button>
            ))}
          </p>
        ))}
      </div>
    </div>
  )
}
