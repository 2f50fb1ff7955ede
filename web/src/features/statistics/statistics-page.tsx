import type { OutputOf } from '@spacedrive/client'
import { Link } from '@tanstack/react-router'
import { ChartColumn, Folder, HardDrive } from 'lucide-react'
import type { ReactNode } from 'react'
import { useCalmOperation, useKindNames, useOperation } from '../../api/index.ts'
import { Page } from '../../app/page.tsx'
import { usePageName } from '../../app/use-pages.ts'
import { typeNames, useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { EmptyState, ErrorNote, kindColor, KindIcon, SafeName, Skeleton } from '../../ui/index.ts'
import { type AmountRow, Amounts, type Behind, BehindLink } from './amounts.tsx'
import { GrowthChart } from './growth-chart.tsx'
import { filesOf } from './links.ts'
import { messages } from './messages.ts'

export type Statistics = OutputOf<'statistics.library'>
type Volume = OutputOf<'volumes.list'>[number]
type Location = OutputOf<'locations.list'>[number]

/** A library of a million files is counted anew no more often. */
const REFRESH_MS = 2_000

/** How much the library holds, of what, where, and since when; every figure leads to its files. */
export function StatisticsPage() {
  const title = usePageName('/statistics')
  const t = useMessages(messages)
  const { dateTime } = useFormat()
  const { data, error, refetch } = useCalmOperation('statistics.library', {}, { everyMs: REFRESH_MS })
  return (
    <Page
      title={title}
      toolbar={
        <>
          <h1 className="px-2 text-base font-semibold">{title}</h1>
          {data && <p className="text-muted ms-auto px-2 text-xs tabular-nums">{t.counted(dateTime(data.at))}</p>}
        </>
      }
    >
      <div className="min-h-0 flex-1 overflow-y-auto">
        {data && data.files + data.folders > 0 ? (
          <Cards statistics={data} />
        ) : (
          <State error={error} isEmpty={data !== undefined} onRetry={() => void refetch()} />
        )}
      </div>
    </Page>
  )
}

function State({ error, isEmpty, onRetry }: { error: Error | null; isEmpty: boolean; onRetry: () => void }) {
  const t = useMessages(messages)
  if (isEmpty)
    return (
      <EmptyState
        icon={ChartColumn}
        title={t.empty}
        action={
          <Link to="/locations" className="text-accent underline">
            {t.addFolder}
          </Link>
        }
      >
        <p>{t.emptyText}</p>
      </EmptyState>
    )
  if (error) return <ErrorNote error={error} title={t.failed} onRetry={onRetry} className="m-4" />
  return (
    <div role="status" aria-label={t.loading} className="grid gap-4 p-4 lg:grid-cols-2">
      {[1, 2, 3, 4].map((i) => (
        <Skeleton key={i} className="h-56" />
      ))}
    </div>
  )
}

function Cards({ statistics }: { statistics: Statistics }) {
  const t = useMessages(messages)
  const kindName = useKindNames(t.sidecarKinds)
  const names = useMessages(typeNames)
  const volumes = useOperation('volumes.list', { all: true }).data ?? []
  const locations = useOperation('locations.list', {}).data ?? []
  const { byExtension, byLocation, byType, byVolume, byYear, growth, otherExtensions, sidecars, topFolders } =
    statistics
  const extensions: AmountRow[] = byExtension.map(({ extension, ...amount }) => ({
    key: extension,
    name: extension === '' ? t.noExtension : `.${extension}`,
    ...amount,
    behind: searchOrNone(filesOf.extension(extension)),
  }))
  if (otherExtensions.extensions > 0)
    extensions.push({ key: '…', name: t.otherExtensions(otherExtensions.extensions), ...otherExtensions, behind: null })
  return (
    <div className="mx-auto max-w-6xl p-4 pb-0">
      <Headline statistics={statistics} />
      <div className="gap-4 lg:columns-2">
        <Card title={t.byType}>
          <Amounts
            label={t.byType}
            rows={byType.map(({ type, ...amount }) => ({
              key: type,
              name: names[type],
              icon: <KindIcon entry={{ kind: 'file', type }} />,
              color: kindColor(type),
              ...amount,
              behind: { search: filesOf.type(type) },
            }))}
          />
        </Card>
        <Card title={t.growth} text={t.growthText}>
          <GrowthChart growth={growth} />
        </Card>
        <Card title={t.byLocation}>
          <Amounts
            label={t.byLocation}
            rows={byLocation.map(({ bytes, files, id, name, online, path }) => ({
              key: id,
              name: <SafeName name={name} />,
              icon: <Icon of={Folder} />,
              files,
              bytes,
              behind: { folder: path },
              isOffline: !online,
            }))}
          />
        </Card>
        {topFolders.length > 0 && (
          <Card title={t.topFolders}>
            <Amounts
              label={t.topFolders}
              rows={topFolders.map(({ bytes, files, name, path }) => ({
                key: path,
                name: <SafeName name={name} />,
                icon: <Icon of={Folder} />,
                files,
                bytes,
                behind: { folder: path },
              }))}
            />
          </Card>
        )}
        <Card title={t.byYear} text={t.byYearText}>
          <Amounts
            label={t.byYear}
            rows={byYear.map(({ modified, ...amount }) => ({
              key: modified,
              name: modified,
              ...amount,
              behind: { search: filesOf.modified(modified) },
            }))}
          />
        </Card>
        <Card title={t.byExtension}>
          <Amounts label={t.byExtension} rows={extensions} />
        </Card>
        <Card title={t.byVolume}>
          <Amounts
            label={t.byVolume}
            rows={byVolume.map(({ id, name, online, ...amount }) => ({
              key: id,
              name: <SafeName name={name} />,
              icon: <Icon of={HardDrive} />,
              ...amount,
              behind: behindVolume(id, locations, volumes),
              isOffline: !online,
            }))}
          />
        </Card>
        {sidecars.length > 0 && (
          <Card title={t.sidecars} text={t.sidecarsText}>
            <Amounts
              label={t.sidecars}
              rows={sidecarsByKind(sidecars).map(({ kind, ...amount }) => ({
                key: kind,
                name: kindName(kind),
                ...amount,
                behind: null,
              }))}
            />
          </Card>
        )}
      </div>
    </div>
  )
}

/** All there is, what is there twice, what only once, and what nobody knows yet. */
function Headline({ statistics }: { statistics: Statistics }) {
  const t = useMessages(messages)
  const { bytes } = useFormat()
  const { duplicates, folders, unidentified, unique } = statistics
  return (
    <section aria-label={t.all} className="grid grid-cols-[repeat(auto-fit,minmax(12rem,1fr))] gap-4 pb-4">
      <Figure title={t.all} value={bytes(statistics.bytes)}>
        <BehindLink behind={{ search: filesOf.everything() }} className="text-accent underline">
          {t.files(statistics.files)}
        </BehindLink>
        , {t.folders(folders)}
      </Figure>
      <Figure title={t.duplicates} value={bytes(duplicates.reclaimableBytes)}>
        {duplicates.files === 0 ? (
          t.noDuplicates
        ) : (
          <Link to="/duplicates" className="text-accent underline">
            {t.inCopies(duplicates.files)}
          </Link>
        )}
      </Figure>
      <Figure title={t.unique} value={bytes(unique.bytes)}>
        <Link to="/duplicates" search={{ show: 'unique' }} className="text-accent underline">
          {t.files(unique.files)}
        </Link>
        . {t.uniqueText}
      </Figure>
      {unidentified.files > 0 && (
        <Figure title={t.unidentified} value={bytes(unidentified.bytes)}>
          {t.files(unidentified.files)}. {t.unidentifiedText}
        </Figure>
      )}
    </section>
  )
}

function Figure({ children, title, value }: { title: string; value: string; children: ReactNode }) {
  return (
    <div className="border-line rounded-tile border p-3">
      <h2 className="text-muted text-xs font-medium">{title}</h2>
      <p className="text-lg font-semibold tabular-nums">{value}</p>
      <p className="text-muted">{children}</p>
    </div>
  )
}

function Card({ children, text, title }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className="border-line rounded-tile mb-4 break-inside-avoid border p-3">
      <h2 className="font-semibold">{title}</h2>
      {text && <p className="text-muted text-xs">{text}</p>}
      <div className="mt-2">{children}</div>
    </section>
  )
}

function Icon({ of: Of }: { of: typeof Folder }) {
  return <Of size={16} strokeWidth={1.5} aria-hidden className="text-muted shrink-0" />
}

function searchOrNone(search: ReturnType<typeof filesOf.extension>): Behind | null {
  return search && { search }
}

/** Its locations: a volume holds more than what is indexed of it. */
function behindVolume(id: string, locations: readonly Location[], volumes: readonly Volume[]): Behind | null {
  const paths = locations.filter(({ volumeId }) => volumeId === id).map(({ path }) => path)
  if (paths.length > 0) return { search: filesOf.folders(paths) }
  const mountPoint = volumes.find((volume) => volume.id === id)?.mountPoint
  return mountPoint ? { folder: mountPoint } : null
}

function sidecarsByKind(sidecars: Statistics['sidecars']) {
  const byKind = Map.groupBy(sidecars, ({ kind }) => kind)
  return [...byKind]
    .map(([kind, some]) => ({
      kind,
      files: some.reduce((sum, { files }) => sum + files, 0),
      bytes: some.reduce((sum, { bytes }) => sum + bytes, 0),
    }))
    .toSorted((a, b) => b.bytes - a.bytes)
}
