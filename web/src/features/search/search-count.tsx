import { useEffect, useState } from 'react'
import { useMessages } from '../../i18n/index.ts'
import { useFormat } from '../../format/index.ts'
import { countChosen } from '../browse/index.ts'
import { messages } from './messages.ts'
import type { FoundRows } from './use-found.ts'

/** A reader is told of what was found once nobody types any more. */
const ANNOUNCE_MS = 700

/** How many results there are, and how long it took; or how many of them are chosen. */
export function SearchCount({ found: { choice, results, total } }: { found: FoundRows }) {
  const t = useMessages(messages)
  const { count } = useFormat()
  const { answer, input } = results
  const chosen = countChosen(choice.selection, total)
  const text =
    answer === null || input === null
      ? ''
      : chosen > 1
        ? t.selected(chosen)
        : answer.totalIsExact
          ? t.found(answer.total)
          : t.foundAbout(answer.total)
  // While other results are on their way, or have just come, nothing is said: an old count would be wrong.
  const told = useSettled(results.isOld ? '' : text)
  return (
    <>
      <p aria-hidden className="text-muted shrink-0 text-xs whitespace-nowrap tabular-nums">
        {text}
        {answer && text !== '' && chosen <= 1 && (
          <span className="text-faint max-wide:hidden"> · {t.took(count(Math.max(1, Math.round(answer.tookMs))))}</span>
        )}
      </p>
      <p role="status" className="sr-only">
        {told}
      </p>
    </>
  )
}

/** A text once it has stayed the same for a while; empty until then. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), ANNOUNCE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled === text ? settled : ''
}
