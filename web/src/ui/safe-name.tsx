import { isSafe, type Ranges, splitName } from '../format/index.ts'
import { cn } from './cn.ts'
import { SafeText } from './safe-text.tsx'

interface SafeNameProps {
  readonly name: string
  /** Cut in the middle where there is no room; otherwise it breaks into lines. */
  readonly isCut?: boolean
  /** Parts that stand out: what a search has found. */
  readonly marks?: Ranges | undefined
  readonly className?: string
}

/**
 * A name from a disk: whatever is in it stays inside it. Characters that cannot be seen, or that turn the text round, are
 * shown as their codes.
 */
export function SafeName({ name, isCut = false, marks, className }: SafeNameProps) {
  if (!isSafe(name))
    return (
      <bdi className={cn('min-w-0', isCut && 'truncate', className)}>
        <SafeText text={name} marks={marks} />
      </bdi>
    )
  if (!isCut)
    return (
      <bdi className={cn('break-words', className)}>
        <SafeText text={name} marks={marks} />
      </bdi>
    )
  const [head, tail] = splitName(name)
  return (
    <bdi className={cn('flex min-w-0', className)} title={name}>
      {/* Two boxes would be read as two words. */}
      {tail && <span className="sr-only">{name}</span>}
      <span aria-hidden={tail !== ''} className="truncate whitespace-pre">
        <SafeText text={head} marks={marks} />
      </span>
      {tail && (
        <span aria-hidden className="shrink-0 whitespace-pre">
          <SafeText text={tail} marks={marks} offset={head.length} />
        </span>
      )}
    </bdi>
  )
}
