import { Link } from '@tanstack/react-router'
import { CloudOff, FolderSearch, FolderX, type LucideIcon, Unplug } from 'lucide-react'
import type { ReactNode } from 'react'
import { useAction, useOperation, useWhyOffline } from '../../api/index.ts'
import { deviceOf, isWithin, nameOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, toast, toastError, WithCode } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { useDevice } from './use-device.ts'
import type { Listing } from './use-listing.ts'

/** What a user has to know about a folder before its rows: it is offline and why, or it is not indexed. */
export function FolderNotice({ listing, path }: { listing: Listing; path: string }) {
  const locations = useOperation('locations.list', {}).data
  const device = deviceOf(path)
  const location = locations?.find((each) => isWithin(path, each.path))
  if (device !== null) return <DeviceNotice reference={device} listing={listing} />
  if (!listing.online) return <OfflineNotice path={path} />
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

function OfflineNotice({ path }: { path: string }) {
  const t = useMessages(messages)
  const offline = useWhyOffline(path)
  if (!offline) return null
  if (offline.why === 'unplugged')
    return <Notice icon={Unplug}>{offline.volume === null ? t.offline : t.offlineDisk(offline.volume)}</Notice>
  const { error, name } = offline.location
  return (
    <Notice
      icon={FolderX}
      action={
        <Link to="/locations" className="text-accent underline">
          {t.toLocations}
        </Link>
      }
    >
      {t.notThere(name, offline.volume)}{' '}
      {error !== null && (
        <span lang="en">
          (<WithCode text={error} />)
        </span>
      )}{' '}
      {t.ifMoved}
    </Notice>
  )
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
