import { ClientError } from '@spacedrive/client'
import type { NetworkDevice } from '@spacedrive/core/domain'
import { Link } from '@tanstack/react-router'
import { Folder, HardDrive } from 'lucide-react'
import { useOperation } from '../../api/index.ts'
import { rootOf } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { ErrorNote, SafeName } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Section } from './section.tsx'

/** Somebody at the other device is asked; it is looked again this often whether they have said yes. */
const ASK_AGAIN_MS = 3_000

/** Where to begin on another device; `isShown`: somebody wants to see it, which may ask somebody there. */
export function RemoteFolders({ device, isShown }: { device: NetworkDevice; isShown: boolean }) {
  const t = useMessages(messages)
  const isConnected = device.state === 'connected'
  return (
    <Section title={t.folders} text={t.foldersText}>
      {isShown ? (
        <Places device={device} />
      ) : isConnected ? (
        <p className="px-3 py-2">
          <Link to="/devices/$device" params={{ device: device.id }} search={{ folders: true }} className="underline">
            {t.showFolders}
          </Link>
        </p>
      ) : (
        <p className="text-muted px-3 py-2">{t.foldersAway}</p>
      )}
    </Section>
  )
}

function Places({ device: { id, name, slug } }: { device: NetworkDevice }) {
  const t = useMessages(messages)
  const own = useOperation('network.status', {}).data?.name ?? ''
  const {
    data: places,
    error,
    refetch,
  } = useOperation(
    'network.places',
    { device: id },
    { refetchInterval: ({ state }) => isNotAllowed(state.error) && ASK_AGAIN_MS },
  )
  if (isNotAllowed(error)) return <p className="text-muted px-3 py-2">{t.foldersAsked(name, own)}</p>
  if (error instanceof ClientError && error.code === 'Offline' && !places)
    return <p className="text-muted px-3 py-2">{t.foldersAway}</p>
  if (error && !places) return <ErrorNote error={error} onRetry={() => void refetch()} className="m-3" />
  const kinds: Readonly<Record<string, string>> = t.placeKinds
  return (
    <ul className="divide-line divide-y">
      {places?.map(({ kind, name: place, path }) => (
        <li key={`${kind} ${path}`}>
          <Link to="/browse" search={{ path }} className="hover:bg-hover flex min-h-9 items-center gap-2 px-3 py-1">
            <Folder size={16} strokeWidth={1.5} aria-hidden className="text-muted shrink-0" />
            <SafeName name={place} isCut className="flex-1" />
            <span className="text-muted text-xs">{kinds[kind] ?? kind}</span>
          </Link>
        </li>
      ))}
      <li>
        <Link
          to="/browse"
          search={{ path: rootOf(slug) }}
          className="hover:bg-hover flex min-h-9 items-center gap-2 px-3 py-1"
        >
          <HardDrive size={16} strokeWidth={1.5} aria-hidden className="text-muted shrink-0" />
          {t.wholeDevice}
        </Link>
      </li>
    </ul>
  )
}

function isNotAllowed(error: Error | null): boolean {
  return error instanceof ClientError && error.code === 'NotAuthorised'
}
