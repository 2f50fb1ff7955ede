import { Check } from 'lucide-react'
import { cn } from '../../ui/index.ts'

/** For choosing several with the pointer; keys have Ctrl+Space. Its row is `group`. */
export function CheckMark({ isChosen, className }: { isChosen: boolean; className?: string }) {
  return (
    <span
      data-check
      aria-hidden
      className={cn(
        'grid size-6 place-items-center group-hover:visible pointer-coarse:visible',
        !isChosen && 'invisible',
        className,
      )}
    >
      <span
        className={cn(
          'grid size-4 place-items-center rounded-full border',
          isChosen ? 'bg-accent border-accent text-on-accent' : 'border-line-strong bg-raised',
        )}
      >
        {isChosen && <Check size={12} strokeWidth={2.5} />}
      </span>
    </span>
  )
}
