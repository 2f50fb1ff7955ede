import type { OutputOf } from '@spacedrive/client'
import type { NetworkDevice } from '@spacedrive/core/domain'
import { Link, type LinkProps, useLocation } from '@tanstack/react-router'
import {
  CircleAlert,
  Folder,
  HardDrive,
  LoaderCircle,
  Monitor,
  type LucideIcon,
  Pause,
  Smartphone,
  Unplug,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { useOperation } from '../../api/index.ts'
import { useListedPages } from '../../app/use-pages.ts'
import { deviceOf, useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { cn, DeviceMark, Hint, SafeName, useSaid } from '../../ui/index.ts'
import { LibraryMenu } from './library-menu.tsx'
import { messages } from './messages.ts'

type Location = OutputOf<'locations.list'>[number]
type Volume = OutputOf<'volumes.list'>[number]

/** Library, locations and volumes, each a link to its folder; the paired devices, each to its page. */
export function Places() {
  const t = useMessages(messages)
  const pages = useListedPages()
  const locations = useOperation('locations.list', {}).data
  const volumes = useOperation('volumes.list', {}).data
  const devices = useOperation('network.devices', {}).data
  return (
    <div className="flex flex-col gap-3 p-2">
      <LibraryMenu />
      <Section title={t.locations}>
        {locations?.map((location) => (
          <LocationLink key={location.id} location={location} />
        ))}
        {locations?.length === 0 && <li className="text-muted px-2">{t.noLocations}</li>}
      </Section>
      <Section title={t.volumes}>
        {volumes?.map((volume) => (
          <VolumeLink key={volume.fingerprint} volume={volume} />
        ))}
      </Section>
      {devices !== undefined && devices.length > 0 && (
        <Section title={t.devices}>
          {devices.map((device) => (
            <DeviceLink key={device.id} device={device} />
          ))}
        </Section>
      )}
      <Section title={t.manage}>
        {pages.map(({ icon, name, to }) => (
          <PlaceLink key={to} to={to} icon={icon} name={name} isPage />
        ))}
      </Section>
    </div>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="text-muted px-2 pb-1 text-xs font-medium">{title}</h2>
      <ul>{children}</ul>
    </section>
  )
}

function LocationLink({ location }: { location: Location }) {
  const t = useMessages(messages)
  const said = useSaid()
  const { error, name, path, state } = location
  const code = state === 'offline' ? 'Offline' : 'Unavailable'
  const text = error === null ? t.states[state] : said({ code, message: error }).sentence
  return (
    <PlaceLink to="/browse" search={{ path }} icon={Folder} name={name} isFaded={state === 'offline'}>
      {state !== 'complete' && <StateMark state={state} text={text} />}
    </PlaceLink>
  )
}

const marks: Record<Exclude<Location['state'], 'complete'>, { icon: LucideIcon; colour: string }> = {
  pending: { icon: LoaderCircle, colour: 'text-muted' },
  scanning: { icon: LoaderCircle, colour: 'text-accent' },
  paused: { icon: Pause, colour: 'text-muted' },
  offline: { icon: Unplug, colour: 'text-warn' },
  error: { icon: CircleAlert, colour: 'text-bad' },
}

function StateMark({ state, text }: { state: keyof typeof marks; text: string }) {
  const { colour, icon: Icon } = marks[state]
  return (
    <Hint text={text}>
      <span className={cn('shrink-0', colour)}>
        <Icon size={14} strokeWidth={1.75} aria-hidden />
        <span className="sr-only">{text}</span>
      </span>
    </Hint>
  )
}

function VolumeLink({ volume: { freeBytes, mountPoint, name, online, totalBytes } }: { volume: Volume }) {
  const t = useMessages(messages)
  const { bytes } = useFormat()
  const used = totalBytes > 0 ? 1 - freeBytes / totalBytes : 0
  const room = (
    <Hint text={`${bytes(freeBytes)} / ${bytes(totalBytes)}`}>
      <span aria-hidden className="bg-hover h-1 w-10 shrink-0 overflow-hidden rounded-full">
        <span className="bg-line-strong block h-full" style={{ width: `${used * 100}%` }} />
      </span>
    </Hint>
  )
  const mark = online ? room : <StateMark state="offline" text={t.offline} />
  if (mountPoint === null)
    return (
      <li className="text-muted flex h-7 items-center gap-2 px-2">
        <HardDrive size={16} strokeWidth={1.5} aria-hidden className="shrink-0" />
        <SafeName name={name} isCut className="flex-1" />
        {mark}
      </li>
    )
  return (
    <PlaceLink to="/browse" search={{ path: mountPoint }} icon={HardDrive} name={name} isFaded={!online}>
      {mark}
    </PlaceLink>
  )
}

function DeviceLink({ device }: { device: NetworkDevice }) {
  const { id, name, os, slug, state } = device
  const isCurrent = useLocation({
    select: ({ pathname, search }) => {
      const shown = /^\/devices\/([^/]+)/.exec(pathname)?.[1] ?? deviceOf(search.path ?? '')
      return shown === id || shown === slug
    },
  })
  const Icon = os === 'android' || os === 'ios' ? Smartphone : Monitor
  return (
    <PlaceLink
      to="/devices/$device"
      params={{ device: id }}
      icon={Icon}
      name={name}
      isFaded={state !== 'connected'}
      isCurrent={isCurrent}
    >
      <DeviceMark device={device} />
    </PlaceLink>
  )
}

interface PlaceLinkProps extends Pick<LinkProps, 'to' | 'search' | 'params'> {
  readonly icon: LucideIcon
  readonly name: string
  readonly isFaded?: boolean
  /** It is this place whatever else the address says. */
  readonly isPage?: boolean
  /** It is this place although the address is another: that of a folder of a device, or its other name. */
  readonly isCurrent?: boolean
  readonly children?: ReactNode
}

/** In forced colours nothing is seen of a background: a bar says which it is. */
const ACTIVE = 'bg-accent-soft font-medium forced-colors:border-s-4 forced-colors:border-[Highlight] forced-colors:ps-1'

function PlaceLink({
  icon: Icon,
  name,
  isFaded,
  isPage = false,
  isCurrent = false,
  children,
  ...link
}: PlaceLinkProps) {
  return (
    <li>
      <Link
        {...link}
        activeOptions={{ includeSearch: !isPage, exact: isPage }}
        className={cn(
          'rounded-control hover:bg-hover flex h-7 cursor-default items-center gap-2 px-2',
          isCurrent && ACTIVE,
        )}
        activeProps={{ className: ACTIVE }}
        {...(isCurrent && { 'aria-current': 'page' })}
      >
        <Icon size={16} strokeWidth={1.5} aria-hidden className={cn('text-muted shrink-0', isFaded && 'opacity-60')} />
        <SafeName name={name} isCut className={cn('flex-1', isFaded && 'text-muted')} />
        {children}
      </Link>
    </li>
  )
}
