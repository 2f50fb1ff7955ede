import { CloudOff, FolderSearch, type LucideIcon, Unplug } from 'lucide-react'
import type { ReactNode } from 'react'
import { useAction, useOperation } from '../../api/index.ts'
import { deviceOf, isWithin, nameOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, toast, toastError } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { useDevice } from './use-device.ts'
import type { Listing } from './use-listing.ts'

/** What is to be known of a folder before its rows: its disk is not plugged in, or it is not indexed. */
export function FolderNotice({ listing, path }: { listing: Listing; path: string }) {
  const locations = useOperation('locations.list', {}).data
  const device = deviceOf(path)
  const location = locations?.find((each) => isWithin(path, each.path))
  if (device !== null) return <DeviceNotice reference={device} listing={listing} />
  if (!listing.online) return <OfflineNotice volumeId={location?.volumeId ?? null} />
  if (listing.source === 'disk' && locations && !location) return <UnindexedNotice path={path} />
  return null
}

function DeviceNotice({ reference, listing: { error, online, total } }: { reference: string; listing: Listing }) {
  const t = useMessages(messages)
  const device = useDevice(reference)
  // Its error says it below.
  if (error && total === null) return null
  if (device && device.state !== 'connected')
    return (
      <Notice icon={CloudOff}>
        {total === null ? `${t.deviceAway(device.name)}. ${t.deviceAwayText}` : t.deviceOffline(device.name)}
      </Notice>
    )
  return online ? null : <Notice icon={Unplug}>{t.offline}</Notice>
}

function OfflineNotice({ volumeId }: { volumeId: string | null }) {
  const t = useMessages(messages)
  const volumes = useOperation('volumes.list', {}).data ?? []
  const volume = volumeId === null ? undefined : volumes.find(({ id }) => id === volumeId)
  return <Notice icon={Unplug}>{volume ? t.offlineDisk(volume.name) : t.offline}</Notice>
}

function UnindexedNotice({ path }: { path: string }) {
  const t = useMessages(messages)
  const add = useAction('locations.add')
  const index = () =>
    add.mutate(
      { path },
      {
        onSuccess: ({ location }) => toast(t.indexing(location.name)),
        onError: (err) => toastError(t.indexFailed, err),
      },
    )
  return (
    <Notice
      icon={FolderSearch}
      action={
        <Button onClick={index} disabled={add.isPending} aria-label={`${t.index}: ${nameOf(path)}`}>
          {t.index}
        </Button>
      }
    >
      {t.notIndexed}
    </Notice>
  )
}

interface NoticeProps {
  readonly icon: LucideIcon
  readonly action?: ReactNode
  readonly children: ReactNode
}

function Notice({ action, children, icon: Icon }: NoticeProps) {
  return (
    <div role="status" className="bg-panel border-line flex flex-wrap items-center gap-2 border-b px-4 py-1.5">
      <Icon size={16} strokeWidth={1.5} aria-hidden className="text-muted shrink-0" />
      <p className="text-muted min-w-40 flex-1">{children}</p>
      {action}
    </div>
  )
}
