import { ClientError } from '@spacedrive/client'
import { CloudOff, FolderOpen, FolderX, Lock } from 'lucide-react'
import { useOperation } from '../../api/index.ts'
import { deviceOf, parentOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, EmptyState, ErrorNote, Said } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { useChangeSearch } from './use-change-search.ts'
import { useDevice } from './use-device.ts'
import type { Listing } from './use-listing.ts'

/** What stands in place of a folder's rows: why it cannot be shown, or that it holds nothing. */
export function FolderState({ listing, path }: { listing: Listing; path: string }) {
  const t = useMessages(messages)
  const { error, retry, total } = listing
  const toParent = <ToParent path={path} />
  if (error && total === null) {
    const code = error instanceof ClientError ? error.code : null
    if (code === 'NotFound')
      return (
        <EmptyState icon={FolderX} title={t.missing} action={toParent}>
          <p className="break-words">
            <Said of={error} />
          </p>
        </EmptyState>
      )
    const device = deviceOf(path)
    if (device !== null && (code === 'NotAuthorised' || code === 'Offline' || code === 'Timeout'))
      return <DeviceState reference={device} isAllowed={code !== 'NotAuthorised'} onRetry={retry} />
    if (code === 'PermissionDenied')
      return (
        <EmptyState icon={Lock} title={t.denied} action={toParent}>
          <p className="break-words">
            <Said of={error} />
          </p>
        </EmptyState>
      )
    return <ErrorNote error={error} title={t.failed} onRetry={retry} className="m-4" />
  }
  return (
    <EmptyState icon={FolderOpen} title={t.empty} action={toParent}>
      <p>{t.emptyText}</p>
    </EmptyState>
  )
}

interface DeviceStateProps {
  readonly reference: string
  readonly isAllowed: boolean
  readonly onRetry: () => void
}

/** Why the folders of another device cannot be seen, and what is to be done there. */
function DeviceState({ isAllowed, onRetry, reference }: DeviceStateProps) {
  const t = useMessages(messages)
  const name = useDevice(reference)?.name ?? reference
  const own = useOperation('network.status', {}).data?.name ?? ''
  return (
    <EmptyState
      icon={isAllowed ? CloudOff : Lock}
      title={isAllowed ? t.deviceAway(name) : t.deviceAsked(name)}
      action={<Button onClick={onRetry}>{t.retry}</Button>}
    >
      <p>{isAllowed ? t.deviceAwayText : t.deviceAskedText(name, own)}</p>
    </EmptyState>
  )
}

/** Whether a folder has rows to show, or may have. */
export function hasRows({ error, total }: Listing): boolean {
  return total === null ? error === null : total > 0
}

function ToParent({ path }: { path: string }) {
  const t = useMessages(messages)
  const change = useChangeSearch()
  const parent = parentOf(path)
  return parent !== null && <Button onClick={() => change({ path: parent, sel: path })}>{t.toParent}</Button>
}
