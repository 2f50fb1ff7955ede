import { Copy } from 'lucide-react'
import { useProgram } from '../api/index.ts'
import { defineMessages, useMessages } from '../i18n/index.ts'
import { IconButton } from './button.tsx'

const messages = defineMessages({
  en: { copy: (code: string) => `Copy ${code}` },
  de: { copy: (code) => `${code} kopieren` },
})

interface WithCodeProps {
  readonly text: string
  /** Called after a code was copied, by the button beside it. Absent: there are no such buttons. */
  readonly onCopied?: () => void
}

/** A sentence of the daemon. What it has between backticks is shown as code; commands are as the user types them. */
export function WithCode({ onCopied, text }: WithCodeProps) {
  const t = useMessages(messages)
  const copy = async (code: string) => {
    await navigator.clipboard.writeText(code)
    onCopied?.()
  }
  const program = useProgram()
  const parts = text.split('`')
  // An odd one is a letter of the sentence, as in a name of a file.
  if (parts.length % 2 === 0) return text
  return parts.map((written, i) => {
    if (i % 2 === 0) return written
    const part = written.replace(/^spacedrive(?= )/, program)
    return (
      <span key={i} className="inline-flex max-w-full items-center gap-0.5 align-middle">
        <code className="bg-sunken min-w-0 rounded px-1 font-mono break-words">{part}</code>
        {onCopied && <IconButton icon={Copy} label={t.copy(part)} onClick={() => void copy(part)} className="size-6" />}
      </span>
    )
  })
}
