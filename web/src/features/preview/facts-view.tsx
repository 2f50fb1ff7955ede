import { Download, AppWindow } from 'lucide-react'
import type { ReactNode } from 'react'
import { isElsewhere } from '../../api/index.ts'
import { typeKey, typeNames, useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, KindIcon, SafeName } from '../../ui/index.ts'
import { messages } from './messages.ts'
import type { ViewProps } from './preview-body.tsx'
import { useOpenFile } from './preview-header.tsx'
import { thumbFor } from './thumb-choice.ts'
import type { ShownFile } from './use-file.ts'

const THUMB_PIXELS = 1024

/** What nothing here can show: its thumbnail or sign, what is known of it, and what can be done. */
export function FactsView({ file }: Pick<ViewProps, 'file'>) {
  const t = useMessages(messages)
  return <Facts file={file}>{file.entry.kind === 'file' && <p className="text-muted">{t.noPreview}</p>}</Facts>
}

/** A file that cannot be shown as it is, with the reason. */
export function Facts({ file, children }: { file: ShownFile; children?: ReactNode }) {
  const names = useMessages(typeNames)
  const { bytes, dateTime } = useFormat()
  const { entry } = file
  const thumb = thumbFor(file.sidecars, THUMB_PIXELS)
  const picture = thumb && file.sidecarUrl(thumb)
  return (
    <div className="m-auto flex max-h-full max-w-xl flex-col items-center gap-3 overflow-auto p-6 text-center">
      {picture ? (
        <img src={picture} alt="" className="rounded-tile max-h-[50dvh] max-w-full" />
      ) : (
        <KindIcon entry={entry} size={72} />
      )}
      <SafeName name={entry.name} className="text-base font-semibold" />
      <p className="text-muted tabular-nums">
        {names[typeKey(entry)]}
        {entry.kind === 'directory' ? <FolderSize file={file} /> : ` · ${bytes(entry.size)}`}
        {` · ${dateTime(entry.modifiedAt)}`}
      </p>
      {children}
      {entry.kind === 'file' && <WaysOut file={file} />}
    </div>
  )
}

function FolderSize({ file: { entry } }: { file: ShownFile }) {
  const t = useMessages(messages)
  const { bytes } = useFormat()
  if (entry.fileCount === null || entry.totalSize === null) return null
  return ` · ${t.folderHas(t.files(entry.fileCount), bytes(entry.totalSize))}`
}

/** What can be done with a file that cannot be shown. */
export function WaysOut({ file, children }: { file: ShownFile; children?: ReactNode }) {
  const t = useMessages(messages)
  const open = useOpenFile(file)
  if (!file.url || !file.downloadUrl) return null
  return (
    <div className="mt-1 flex flex-wrap justify-center gap-2">
      {children}
      {!isElsewhere && (
        <Button icon={AppWindow} onClick={open}>
          {t.open}
        </Button>
      )}
      <a
        href={file.downloadUrl}
        download
        className="press rounded-control bg-raised border-line hover:bg-hover inline-flex h-8 items-center gap-1.5 border px-3 text-sm"
      >
        <Download size={16} strokeWidth={1.5} aria-hidden />
        {t.download}
      </a>
    </div>
  )
}
