import { CircleAlert, CircleCheck, Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { useLocale } from '../../../i18n/index.ts'
import { cn } from '../../../ui/index.ts'
import { Step } from './step.tsx'

const kinds = {
  done: { icon: CircleCheck, colour: 'text-good' },
  failed: { icon: CircleAlert, colour: 'text-bad' },
  stopped: { icon: Info, colour: 'text-muted' },
} as const

interface OutcomeProps {
  readonly kind: keyof typeof kinds
  readonly title: string
  readonly text: string
  /** What the daemon said of it, where that is more. */
  readonly said?: string | null
  /** What can be done now. */
  readonly children: ReactNode
}

/** How a pairing ended, or why there is none: what happened and what to do. */
export function Outcome({ kind, title, text, said, children }: OutcomeProps) {
  const locale = useLocale()
  const { colour, icon: Icon } = kinds[kind]
  return (
    <div className="flex flex-col items-center gap-3 py-6 text-center">
      <Icon size={32} strokeWidth={1.25} aria-hidden className={cn(colour)} />
      <Step title={title} />
      <div className="text-muted max-w-md">
        <p>{text}</p>
        {said && (
          <p className="mt-1 text-xs break-words" lang={locale === 'en' ? undefined : 'en'}>
            {said}
          </p>
        )}
      </div>
      <div className="mt-1 flex flex-wrap justify-center gap-2">{children}</div>
    </div>
  )
}
