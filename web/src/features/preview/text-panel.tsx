import { Copy } from 'lucide-react'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, toast } from '../../ui/index.ts'
import { messages } from './messages.ts'
import type { PagedText } from './sidecar-texts.ts'

/** All the text that was found, page after page. */
export function PagedTextPanel({ text }: { text: PagedText }) {
  const t = useMessages(messages)
  const { count } = useFormat()
  const pages = text.pages.filter((page) => page.text.trim() !== '')
  if (pages.length === 0 && !text.isUnfinished) return <p className="text-muted px-4 py-2">{t.noText}</p>
  const copy = async () => {
    await navigator.clipboard.writeText(pages.map((page) => page.text).join('\n\n'))
    toast(t.copied)
  }
  return (
    <div className="flex flex-col gap-3 px-4 pb-4">
      <Button icon={Copy} onClick={() => void copy()} className="self-start">
        {t.copyText}
      </Button>
      {pages.map((page) => (
        <section key={page.page}>
          {pages.length > 1 && (
            <h4 className="text-muted text-xs">{page.title ?? t.pageOf(count(page.page), count(pages.length))}</h4>
          )}
          <p className="break-words whitespace-pre-wrap" dir="auto">
            {page.text}
          </p>
        </section>
      ))}
      {text.isTruncated && <p className="text-muted">{t.textTruncated}</p>}
      {text.isUnfinished && <p className="text-muted">{t.textUnfinished}</p>}
    </div>
  )
}
