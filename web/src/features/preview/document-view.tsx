import { useMessages } from '../../i18n/index.ts'
import { Said, Skeleton } from '../../ui/index.ts'
import { BlocksView } from './blocks-view.tsx'
import { messages } from './messages.ts'
import { PagesView } from './pages-view.tsx'
import type { ViewProps } from './preview-body.tsx'
import { SheetView } from './sheet-view.tsx'
import { useDocument } from './use-document.ts'

/** A Word file as paragraphs, or a workbook as tables; its text alone if the daemon cannot read it so. */
export function DocumentView(props: ViewProps) {
  const t = useMessages(messages)
  const { file, focus } = props
  const { data, error } = useDocument(file)
  if (error)
    return (
      <div className="flex min-w-0 flex-1 flex-col">
        <p role="status" className="text-muted border-line border-b px-4 py-1.5">
          {t.documentAsText} <Said of={error} />
        </p>
        <PagesView {...props} />
      </div>
    )
  if (!data) return <Skeleton className="m-6 flex-1" />
  return data.kind === 'cells' ? (
    <SheetView file={file} book={data} firstSheet={focus?.page ?? 1} />
  ) : (
    <BlocksView file={file} total={data.total} isTruncated={data.truncated} />
  )
}
