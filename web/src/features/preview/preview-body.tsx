import { lazy, Suspense } from 'react'
import { deviceOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { ErrorNote, Skeleton } from '../../ui/index.ts'
import { FactsView } from './facts-view.tsx'
import type { Focus } from './lazy-preview.tsx'
import { messages } from './messages.ts'
import { OfflineNote } from './offline.tsx'
import { PictureView } from './picture-view.tsx'
import { PlayerView } from './player-view.tsx'
import { previewKind } from './preview-kind.ts'
import { readyUrl, type ShownFile } from './use-file.ts'

const TextView = lazy(async () => ({ default: (await import('./text-view.tsx')).TextView }))
const PagesView = lazy(async () => ({ default: (await import('./pages-view.tsx')).PagesView }))
const DocumentView = lazy(async () => ({ default: (await import('./document-view.tsx')).DocumentView }))
const PdfView = lazy(async () => ({ default: (await import('./pdf-view.tsx')).PdfView }))
const FontView = lazy(async () => ({ default: (await import('./font-view.tsx')).FontView }))
const ArchiveView = lazy(async () => ({ default: (await import('./archive-view.tsx')).ArchiveView }))

export interface ViewProps {
  readonly file: ShownFile
  readonly focus: Focus | undefined
  readonly panel: 'text' | undefined
}

/** The file, by what it is. */
export function PreviewBody(props: ViewProps) {
  const t = useMessages(messages)
  const { file } = props
  if (file.error && !file.info)
    return <ErrorNote error={file.error} title={t.failedToLoad} onRetry={file.refetch} className="m-auto" />
  return (
    <>
      {file.info?.online === false && <OfflineNote file={file} />}
      <div className="flex min-h-0 flex-1 max-wide:flex-col">
        <Suspense fallback={<Skeleton className="m-6 flex-1" />}>
          <View {...props} />
        </Suspense>
      </div>
    </>
  )
}

function View(props: ViewProps) {
  const { file } = props
  const kind = previewKind(file.info ?? file.entry)
  if (kind === 'picture') return <PictureView {...props} />
  if (kind === 'video' || kind === 'audio') return <PlayerView {...props} kind={kind} />
  if (kind === 'pages') return <PagesView {...props} />
  // What is here of a file that is not: its text, or its thumbnail.
  if (file.url === null) return readyUrl(file, 'text', 'json') ? <PagesView {...props} /> : <FactsView {...props} />
  switch (kind) {
    case 'pdf':
      return <PdfView {...props} />
    case 'document':
      // Another device sends its files, not what is in them.
      return deviceOf(file.entry.path) === null ? <DocumentView {...props} /> : <PagesView {...props} />
    case 'text':
      return <TextView {...props} />
    case 'font':
      return <FontView {...props} />
    case 'archive':
      return <ArchiveView {...props} />
    case 'facts':
      return <FactsView {...props} />
  }
}
