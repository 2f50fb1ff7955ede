import type { NetworkDevice } from '@spacedrive/core/domain'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ChevronRight, MonitorOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { askAgain, useAction, useOperation } from '../../api/index.ts'
import { Page } from '../../app/page.tsx'
import { usePageName } from '../../app/use-pages.ts'
import { useFormat } from '../../format/index.ts'
import { useMessages } from '../../i18n/index.ts'
import { Button, DeviceMark, EmptyState, ErrorNote, SafeName, Skeleton, toastError } from '../../ui/index.ts'
import { systemName } from './devices-page.tsx'
import { Diagnosis } from './diagnosis.tsx'
import { EndOfPairing } from './end-of-pairing.tsx'
import { GrantRequests } from './grant-requests.tsx'
import { GrantSwitches } from './grant-switches.tsx'
import { messages } from './messages.ts'
import { RemoteFolders } from './remote-folders.tsx'
import { RemoteJobs } from './remote-jobs.tsx'
import { Row, Section } from './section.tsx'
import { SharedLibraries } from './shared-libraries.tsx'

const route = getRouteApi('/devices/$device')

/** One paired device: how it is reached, what it may do here, what it is doing. */
export function DevicePage() {
  const t = useMessages(messages)
  const title = usePageName('/devices')
  const { device: reference } = route.useParams()
  const { folders } = route.useSearch()
  const { data: devices, error, refetch } = useOperation('network.devices', {})
  const device = devices?.find(({ id, slug }) => id === reference || slug === reference)
  if (error) return <Frame title={title}>{<ErrorNote error={error} onRetry={() => void refetch()} />}</Frame>
  if (!devices) return <Frame title={title}>{<Skeleton className="h-24" />}</Frame>
  if (!device)
    return (
      <Frame title={title}>
        <EmptyState
          icon={MonitorOff}
          title={t.missing}
          action={
            <Link to="/devices" className="underline">
              {t.toDevices}
            </Link>
          }
        >
          {t.missingText}
        </EmptyState>
      </Frame>
    )
  return (
    <Frame title={device.name}>
      <GrantRequests device={device.id} />
      <Facts device={device} />
      {(device.state === 'disconnected' || device.state === 'paired') && <Diagnosis device={device.id} />}
      <RemoteFolders device={device} isShown={folders === true} />
      <SharedLibraries device={device} />
      <GrantSwitches device={device.id} />
      {device.state === 'connected' && <RemoteJobs device={device.id} />}
      <EndOfPairing device={device} />
    </Frame>
  )
}

function Frame({ title, children }: { title: string; children: ReactNode }) {
  const all = usePageName('/devices')
  return (
    <Page
      title={title}
      toolbar={
        <nav aria-label={all} className="flex min-w-0 items-center gap-1 px-2">
          {title !== all && (
            <>
              <Link to="/devices" className="text-muted hover:text-text rounded-control py-1">
                {all}
              </Link>
              <ChevronRight size={14} strokeWidth={1.5} aria-hidden className="text-faint shrink-0" />
            </>
          )}
          <h1 className="min-w-0 text-base font-semibold">
            <SafeName name={title} isCut />
          </h1>
        </nav>
      }
    >
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        <div className="mx-auto flex max-w-3xl flex-col gap-6">{children}</div>
      </div>
    </Page>
  )
}

function Facts({ device }: { device: NetworkDevice }) {
  const t = useMessages(messages)
  const { count, date } = useFormat()
  const { id, lastSeenAt, latencyMs, os, slug, state } = device
  const ping = useAction('network.ping')
  const measure = () =>
    ping.mutate(
      { device: id },
      { onError: (err) => toastError(t.failed, err), onSettled: () => askAgain('network.devices') },
    )
  const ms = ping.data?.ms ?? latencyMs
  return (
    <Section title={t.state}>
      <Row label={<DeviceMark device={device} hasText />} hint={systemName(os)}>
        <span className="text-muted text-xs">
          {t.lastSeen}: {lastSeenAt === null ? t.never : date(lastSeenAt)}
        </span>
      </Row>
      {state === 'connected' && (
        <Row label={t.latency} hint={ms !== null && t.milliseconds(count(Math.ceil(ms)))}>
          <Button onClick={measure} disabled={ping.isPending}>
            {t.measure}
          </Button>
        </Row>
      )}
      <Row label={t.id}>
        <code className="text-muted min-w-0 font-mono text-xs break-all">
          {slug} · {id}
        </code>
      </Row>
    </Section>
  )
}
