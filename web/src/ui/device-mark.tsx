import type { NetworkDevice } from '@spacedrive/core/domain'
import { Ban, CircleDashed, CloudOff, type LucideIcon, PlugZap, Waypoints } from 'lucide-react'
import { useFormat } from '../format/index.ts'
import { defineMessages, useMessages } from '../i18n/index.ts'
import { Hint } from './button.tsx'
import { cn } from './cn.ts'

/** What is known of a device, in words. */
const deviceStateNames = defineMessages({
  en: {
    direct: 'connected directly',
    relay: 'connected through a relay',
    unreachable: 'not reachable',
    unreachableSince: (when: string) => `not reachable since ${when}`,
    waiting: 'not connected yet',
    blocked: 'blocked',
  },
  de: {
    direct: 'direkt verbunden',
    relay: 'über einen Vermittler verbunden',
    unreachable: 'nicht erreichbar',
    unreachableSince: (when) => `nicht erreichbar seit ${when}`,
    waiting: 'noch nicht verbunden',
    blocked: 'gesperrt',
  },
})

const marks = {
  direct: { icon: PlugZap, colour: 'text-good' },
  relay: { icon: Waypoints, colour: 'text-good' },
  unreachable: { icon: CloudOff, colour: 'text-muted' },
  waiting: { icon: CircleDashed, colour: 'text-muted' },
  blocked: { icon: Ban, colour: 'text-bad' },
} as const satisfies Record<string, { icon: LucideIcon; colour: string }>

interface DeviceMarkProps {
  readonly device: NetworkDevice
  /** With the words beside the sign; otherwise they are its tooltip. */
  readonly hasText?: boolean
}

/** Whether a device can be reached, and how: a sign of its own for each, and words. */
export function DeviceMark({ device, hasText = false }: DeviceMarkProps) {
  const t = useMessages(deviceStateNames)
  const { date } = useFormat()
  const kind = markOf(device)
  const { colour, icon: Icon } = marks[kind]
  const { lastSeenAt } = device
  const text = kind === 'unreachable' && lastSeenAt !== null ? t.unreachableSince(date(lastSeenAt)) : t[kind]
  if (hasText)
    return (
      <span className={cn('inline-flex items-center gap-1 text-xs', colour)}>
        <Icon size={14} strokeWidth={1.75} aria-hidden className="shrink-0" />
        {text}
      </span>
    )
  return (
    <Hint text={text}>
      <span className={cn('shrink-0', colour)}>
        <Icon size={14} strokeWidth={1.75} aria-hidden />
        <span className="sr-only">{text}</span>
      </span>
    </Hint>
  )
}

function markOf({ path, state }: NetworkDevice): keyof typeof marks {
  switch (state) {
    case 'connected':
      return path === 'relay' ? 'relay' : 'direct'
    case 'disconnected':
      return 'unreachable'
    case 'blocked':
      return 'blocked'
    case 'paired':
    case 'pairing':
    case 'discovered':
      return 'waiting'
  }
}
