import { Fragment } from 'react'
import { isSafe, markedParts, type Ranges, visibleText } from '../format/index.ts'

interface SafeTextProps {
  readonly text: string
  /** Parts that stand out. */
  readonly marks?: Ranges | undefined
  /** Where the text begins in what `marks` counts from. */
  readonly offset?: number
}

/** A text from a file: what cannot be seen of it is shown as its code, what was searched for stands out. */
export function SafeText({ text, marks, offset = 0 }: SafeTextProps) {
  if (!marks || marks.length === 0) return <Visible text={text} />
  return markedParts(text, marks, offset).map(({ isMarked, text: part }, i) =>
    isMarked ? (
      <mark key={i} className="bg-accent-soft text-text rounded-[2px] font-semibold">
        <Visible text={part} />
      </mark>
    ) : (
      <Visible key={i} text={part} />
    ),
  )
}

function Visible({ text }: { text: string }) {
  if (isSafe(text)) return text
  return visibleText(text).map(({ isCode, text: part }, i) =>
    isCode ? (
      <span key={i} className="border-line text-warn mx-0.5 rounded border px-0.5 font-mono text-xs">
        {part}
      </span>
    ) : (
      <Fragment key={i}>{part}</Fragment>
    ),
  )
}
