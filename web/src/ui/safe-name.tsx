import { isSafe, splitName, visibleText } from '../format/index.ts'
import { cn } from './cn.ts'

interface SafeNameProps {
  readonly name: string
  /** Cut in the middle where there is no room; otherwise it breaks into lines. */
  readonly isCut?: boolean
  readonly className?: string
}

/**
 * A name from a disk: whatever is in it stays inside it. Characters that cannot be seen, or that turn the text round, are
 * shown as their codes.
 */
export function SafeName({ name, isCut = false, className }: SafeNameProps) {
  if (!isSafe(name)) return <Coded text={name} className={cn(isCut && 'truncate', className)} />
  if (!isCut) return <bdi className={cn('break-words', className)}>{name}</bdi>
  const [head, tail] = splitName(name)
  return (
    <bdi className={cn('flex min-w-0', className)} title={name}>
      <span className="truncate whitespace-pre">{head}</span>
      {tail && <span className="shrink-0 whitespace-pre">{tail}</span>}
    </bdi>
  )
}

function Coded({ text, className }: { text: string; className?: string }) {
  return (
    <bdi className={cn('min-w-0', className)}>
      {visibleText(text).map(({ text: part, isCode }, i) =>
        isCode ? (
          <span key={i} className="border-line text-warn mx-0.5 rounded border px-0.5 font-mono text-xs">
            {part}
          </span>
        ) : (
          part
        ),
      )}
    </bdi>
  )
}
