import type { OutputOf } from '@spacedrive/client'
import { Link } from '@tanstack/react-router'
import { FolderPlus, FolderTree, Pause, Play, RefreshCw, Settings2, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useAction, useOperation } from '../../api/index.ts'
import { Page } from '../../app/page.tsx'
import { usePageName } from '../../app/use-pages.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, cn, EmptyState, ErrorNote, IconButton, SafeName, Said, Skeleton, toastError } from '../../ui/index.ts'
import { FolderPicker } from './folder-picker.tsx'
import { LocationSettings } from './location-settings.tsx'
import { messages } from './messages.ts'
import { RemoveLocation } from './remove-location.tsx'

export type Location = OutputOf<'locations.list'>[number]

/** The folders that the library knows: what is known of each, and what can be done with it. */
export function LocationsPage() {
  const title = usePageName('/locations')
  const t = useMessages(messages)
  const { data: locations, error, refetch } = useOperation('locations.list', {})
  const home = useOperation('system.places', {}).data?.find(({ kind }) => kind === 'home')?.path ?? '/'
  const [isAdding, setAdding] = useState(false)
  const add = useAction('locations.add')
  const addButton = (
    <Button kind="primary" icon={FolderPlus} onClick={() => setAdding(true)}>
      {t.add}
    </Button>
  )
  const choose = (path: string) => {
    setAdding(false)
    add.mutate({ path }, { onError: (err) => toastError(t.failed, err) })
  }
  return (
    <Page
      title={title}
      toolbar={
        <>
          <h1 className="flex-1 px-2 text-base font-semibold">{title}</h1>
          {addButton}
        </>
      }
    >
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
        {!locations && !error && <Skeleton className="h-16 max-w-4xl" />}
        {locations?.length === 0 && (
          <EmptyState icon={FolderTree} title={t.none} action={addButton}>
            {t.noneText}
          </EmptyState>
        )}
        <ul className="mx-auto flex max-w-4xl flex-col gap-3">
          {locations?.map((location) => (
            <LocationCard key={location.id} location={location} />
          ))}
        </ul>
      </div>
      {isAdding && <FolderPicker start={home} onChoose={choose} onClose={() => setAdding(false)} />}
    </Page>
  )
}

const colours: Partial<Record<Location['state'], string>> = {
  scanning: 'text-accent',
  offline: 'text-warn',
  error: 'text-bad',
}

function LocationCard({ location }: { location: Location }) {
  const t = useMessages(messages)
  const { bytes, date } = useFormat()
  const { counts, error, id, lastScanAt, name, path, state } = location
  const [dialog, setDialog] = useState<'settings' | 'remove' | null>(null)
  const close = () => setDialog(null)
  const options = { onError: (err: Error) => toastError(t.failed, err) }
  const rescan = useAction('locations.rescan')
  const pause = useAction('locations.pause')
  const resume = useAction('locations.resume')
  return (
    <li className="rounded-tile border-line flex flex-wrap items-center gap-3 border p-3">
      <div className="min-w-0 flex-1 basis-64">
        <div className="flex items-center gap-2">
          <Link to="/browse" search={{ path }} className="min-w-0 font-semibold hover:underline">
            <SafeName name={name} />
          </Link>
          <span className={cn('text-xs', colours[state] ?? 'text-muted')}>{t.states[state]}</span>
        </div>
        <SafeName name={path} className="text-muted block" />
        <p className="text-muted text-xs tabular-nums">
          {t.files(counts.files)} · {bytes(counts.bytes)} · {lastScanAt ? t.scanned(date(lastScanAt)) : t.neverScanned}
        </p>
        {error && (
          <p className="text-bad break-words">
            <Said of={{ code: state === 'offline' ? 'Offline' : 'Unavailable', message: error }} />
          </p>
        )}
      </div>
      <span className="flex">
        <IconButton icon={RefreshCw} label={t.rescan} onClick={() => rescan.mutate({ location: id }, options)} />
        {state === 'paused' ? (
          <IconButton icon={Play} label={t.resume} onClick={() => resume.mutate({ location: id }, options)} />
        ) : (
          <IconButton icon={Pause} label={t.pause} onClick={() => pause.mutate({ location: id }, options)} />
        )}
        <IconButton icon={Settings2} label={t.settings} onClick={() => setDialog('settings')} />
        <IconButton icon={Trash2} label={t.remove} onClick={() => setDialog('remove')} />
      </span>
      {dialog === 'settings' && <LocationSettings location={location} onClose={close} />}
      {dialog === 'remove' && <RemoveLocation location={location} onClose={close} />}
    </li>
  )
}
