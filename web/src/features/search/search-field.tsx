import { Search, X } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useLayoutEffect } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { IconButton } from '../../ui/index.ts'
import { messages } from './messages.ts'

/** What the operation takes. */
const MAX_LENGTH = 1_000

interface SearchFieldProps {
  readonly text: string
  readonly input: RefObject<HTMLInputElement | null>
  readonly onType: (text: string) => void
  /** Enter: this is what is meant. */
  readonly onSettle: () => void
  /** To the results. */
  readonly onDown: () => void
  /** Backspace where there is nothing before the cursor. */
  readonly onBackspace: () => void
  /** Somebody comes here to type, and not back to a result. */
  readonly isFocused: boolean
}

/** What is searched for; every letter searches. */
export function SearchField({ input, isFocused, onBackspace, onDown, onSettle, onType, text }: SearchFieldProps) {
  const t = useMessages(messages)
  // Before the box is seen, so that no letter that is typed at once is lost.
  useLayoutEffect(() => {
    if (!isFocused) return
    input.current?.focus()
    input.current?.setSelectionRange(MAX_LENGTH, MAX_LENGTH)
    // Only when the page is opened.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [])
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const { selectionEnd, selectionStart } = event.currentTarget
    const { altKey, ctrlKey, metaKey } = event
    if (event.nativeEvent.isComposing || altKey || ctrlKey || metaKey) return
    if (event.key === 'Enter') onSettle()
    else if (event.key === 'ArrowDown') onDown()
    else if (event.key === 'Backspace' && selectionStart === 0 && selectionEnd === 0) onBackspace()
    else if (event.key === 'Escape' && text !== '') onType('')
    else return
    event.preventDefault()
  }
  return (
    <search className="relative flex min-w-0 flex-1 items-center">
      <Search size={16} strokeWidth={1.5} aria-hidden className="text-muted pointer-events-none absolute start-2.5" />
      <input
        ref={input}
        type="text"
        role="searchbox"
        data-search-box
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        enterKeyHint="search"
        maxLength={MAX_LENGTH}
        value={text}
        onChange={(event) => onType(event.target.value)}
        onKeyDown={onKeyDown}
        aria-label={t.search}
        placeholder={t.placeholder}
        dir="auto"
        className="rounded-control border-line-strong bg-raised placeholder:text-faint h-8 w-full min-w-0 border ps-8 pe-8 text-sm"
      />
      {text !== '' && (
        <IconButton
          icon={X}
          label={t.clear}
          onClick={() => {
            onType('')
            input.current?.focus()
          }}
          className="absolute end-0.5"
        />
      )}
    </search>
  )
}
