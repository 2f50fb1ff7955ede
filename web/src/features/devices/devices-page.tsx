import type { NetworkDevice } from '@spacedrive/core/domain'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Link2, MonitorSmartphone } from 'lucide-react'
import { isElsewhere, useOperation } from '../../api/index.ts'
import type { DevicesSearch } from './devices-search.ts'
import { Page } from '../../app/page.tsx'
import { usePageName } from '../../app/use-pages.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, DeviceMark, EmptyState, ErrorNote, SafeName, Skeleton } from '../../ui/index.ts'
import { GrantRequests } from './grant-requests.tsx'
import { LibraryInvitations } from './library-invitations.tsx'
import { messages } from './messages.ts'
import { Nearby } from './nearby.tsx'
import { OffersHere } from './offers-here.tsx'
import { OffersSent } from './offers-sent.tsx'
import { PairingDialog } from './pairing/pairing-dialog.tsx'
import { PairingElsewhere } from './pairing/pairing-elsewhere.tsx'
import { ReceiveSettings } from './receive-settings.tsx'
import { Section } from './section.tsx'
import { ThisDevice } from './this-device.tsx'

const route = getRouteApi('/devices')

/** This device and those that are paired with it; what waits for an answer comes first. */
export function DevicesPage() {
  const t = useMessages(messages)
  const title = usePageName('/devices')
  const { pair } = route.useSearch()
  const navigate = useNavigate()
  const { data: devices, error, refetch } = useOperation('network.devices', {})
  const show = (way: DevicesSearch['pair']) => void navigate({ to: '/devices', search: way ? { pair: way } : {} })
  const button = isElsewhere ? null : (
    <Button kind="primary" icon={Link2} onClick={() => show('code')}>
      {t.pair}
    </Button>
  )
  return (
    <Page
      title={title}
      toolbar={
        <>
          <h1 className="flex-1 px-2 text-base font-semibold">{title}</h1>
          {button}
        </>
      }
    >
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        <div className="mx-auto flex max-w-3xl flex-col gap-6">
          {!pair && <PairingElsewhere />}
          <OffersHere />
          <LibraryInvitations />
          <GrantRequests />
          {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
          {!devices && !error && <Skeleton className="h-16" />}
          {devices?.length === 0 && (
            <EmptyState icon={MonitorSmartphone} title={t.none} action={button}>
              {t.noneText}
            </EmptyState>
          )}
          {devices !== undefined && devices.length > 0 && (
            <Section title={t.paired}>
              <ul className="divide-line divide-y">
                {devices.map((device) => (
                  <DeviceRow key={device.id} device={device} />
                ))}
              </ul>
            </Section>
          )}
          <OffersSent />
          <Nearby />
          <ThisDevice />
          {devices !== undefined && devices.length > 0 && <ReceiveSettings />}
        </div>
      </div>
      {pair && !isElsewhere && <PairingDialog way={pair} onWay={show} onClose={() => show(undefined)} />}
    </Page>
  )
}

function DeviceRow({ device }: { device: NetworkDevice }) {
  const t = useMessages(messages)
  const { count } = useFormat()
  const { id, latencyMs, name, os } = device
  return (
    <li className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
      <div className="min-w-0 flex-1 basis-48">
        <Link to="/devices/$device" params={{ device: id }} className="font-semibold hover:underline">
          <SafeName name={name} />
        </Link>
        <p className="text-muted text-xs">{systemName(os)}</p>
      </div>
      {latencyMs !== null && (
        <span className="text-muted text-xs tabular-nums">{t.milliseconds(count(Math.ceil(latencyMs)))}</span>
      )}
      <DeviceMark device={device} hasText />
    </li>
  )
}

const systems = new Map(Object.entries({ linux: 'Linux', darwin: 'macOS', win32: 'Windows' }))

/** A system as people call it; another device says what it likes. */
export function systemName(os: string): string {
  return systems.get(os) ?? os
}
