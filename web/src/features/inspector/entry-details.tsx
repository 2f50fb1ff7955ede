import type { Entry } from '@spacedrive/core/domain'
import { EyeOff, TriangleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { typeKey, typeNames, useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { ErrorNote, SafeName, Skeleton } from '../../ui/index.ts'
import { Preview, type ShownFile, useFile } from '../preview/index.ts'
import { Copies } from './copies.tsx'
import { History } from './history.tsx'
import { messages } from './messages.ts'
import { Metadata, Row, Rows, Section } from '../metadata/index.ts'
import { Sidecars } from './sidecars.tsx'
import { StillPicture } from './still-picture.tsx'
import { Words } from './words.tsx'

/** All that is known of one entry. */
export function EntryDetails({ entry }: { entry: Entry }) {
  const t = useMessages(messages)
  const [preview, setPreview] = useState<'picture' | 'text' | null>(null)
  const file = useFile(entry)
  const { info } = file
  return (
    <div className="pb-6 select-text">
      <StillPicture file={file} onOpen={() => setPreview('picture')} />
      <div className="px-4 pb-3">
        <SafeName name={entry.name} className="text-base font-semibold" />
        <Kind entry={entry} />
      </div>
      {file.error && !info && (
        <ErrorNote error={file.error} title={t.failed} onRetry={file.refetch} className="mx-4 mb-3" />
      )}
      {info && <Warnings info={info} />}
      <Facts entry={info ?? entry} />
      {!info && !file.error && <Waiting />}
      {info && entry.kind !== 'directory' && (
        <>
          <Copies info={info} />
          {info.metadata && <Metadata metadata={info.metadata} />}
          <Words file={file} onShowAll={() => setPreview('text')} />
          <Sidecars file={file} />
        </>
      )}
      {info && <History history={info.history} />}
      {info && <Identity info={info} />}
      {preview && (
        <Preview entry={entry} onClose={() => setPreview(null)} panel={preview === 'text' ? 'text' : undefined} />
      )}
    </div>
  )
}

type Info = NonNullable<ShownFile['info']>

function Kind({ entry }: { entry: Entry }) {
  const names = useMessages(typeNames)
  const { bytes } = useFormat()
  const size = entry.kind === 'directory' ? entry.totalSize : entry.size
  return (
    <p className="text-muted tabular-nums">
      {names[typeKey(entry)]}
      {size !== null && ` · ${bytes(size)}`}
    </p>
  )
}

/** Content that is not what the name says, and rules that keep it out of the index. */
function Warnings({ info }: { info: Info }) {
  const t = useMessages(messages)
  const names: Readonly<Record<string, string>> = useMessages(typeNames)
  const sources: Readonly<Record<string, string>> = t.ruleSources
  return (
    <>
      {info.looksLike && (
        <Warning icon={<TriangleAlert size={16} strokeWidth={1.5} aria-hidden className="text-warn mt-0.5 shrink-0" />}>
          {t.looksLike(names[info.looksLike] ?? info.looksLike)}
        </Warning>
      )}
      {info.rules.map(({ name, pattern, source }) => (
        <Warning
          key={`${name} ${pattern}`}
          icon={<EyeOff size={16} strokeWidth={1.5} aria-hidden className="text-muted mt-0.5 shrink-0" />}
        >
          <span className="font-medium">{t.hidden}</span>, {t.hiddenBy(name, pattern)},{' '}
          {t.hiddenIn(sources[source] ?? source)}.
        </Warning>
      ))}
    </>
  )
}

function Warning({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <div role="note" className="border-line flex gap-2 border-t px-4 py-2">
      {icon}
      <p className="min-w-0 break-words">{children}</p>
    </div>
  )
}

function Facts({ entry }: { entry: Entry }) {
  const t = useMessages(messages)
  const { bytes, count, dateTime } = useFormat()
  const isFolder = entry.kind === 'directory'
  return (
    <Section title={isFolder ? t.folderFacts : t.facts}>
      <Rows>
        {isFolder ? (
          <Row label={t.items}>
            {entry.childCount !== null && <p>{t.itemsInside(entry.childCount)}</p>}
            <p>{entry.fileCount === null ? t.notCounted : t.files(entry.fileCount)}</p>
          </Row>
        ) : (
          <Row label={t.size}>
            <p className="tabular-nums">
              {bytes(entry.size)}
              {entry.size >= 1000 && <span className="text-muted"> ({count(entry.size)})</span>}
            </p>
            {entry.allocated < entry.size && entry.allocated > 0 && <p>{t.onDisk(bytes(entry.allocated))}</p>}
          </Row>
        )}
        {isFolder && entry.totalSize !== null && <Row label={t.size}>{bytes(entry.totalSize)}</Row>}
        {entry.mime && <Row label={t.kind}>{entry.mime}</Row>}
        <Row label={t.modified}>{dateTime(entry.modifiedAt)}</Row>
        {entry.createdAt && <Row label={t.created}>{dateTime(entry.createdAt)}</Row>}
      </Rows>
    </Section>
  )
}

function Identity({ info: { contentHash, contentId, integrityHash, path, pathBase64 } }: { info: Info }) {
  const t = useMessages(messages)
  return (
    <Section title={t.identity}>
      <Rows>
        <Row label={t.path} copied={pathBase64 ? `base64:${pathBase64}` : path} isCode>
          <SafeName name={path} />
        </Row>
        {contentId && (
          <Row label={t.contentId} copied={contentId} isCode>
            {contentId}
          </Row>
        )}
        {contentHash && (
          <Row label={t.contentHash} copied={contentHash} isCode>
            {contentHash}
          </Row>
        )}
        {integrityHash && (
          <Row label={t.integrityHash} copied={integrityHash} isCode>
            {integrityHash}
          </Row>
        )}
      </Rows>
    </Section>
  )
}

/** As tall as what comes most often. */
function Waiting() {
  return (
    <div className="border-line flex flex-col gap-2 border-t px-4 py-3">
      <Skeleton className="h-5 w-24" />
      <Skeleton className="h-12" />
      <Skeleton className="mt-3 h-5 w-24" />
      <Skeleton className="h-32" />
    </div>
  )
}
