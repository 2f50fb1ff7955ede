import type { Device, KnownDevice } from '@spacedrive/core/domain'
import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatAgo, formatBytes } from '../text/format.ts'
import { type Cell, renderTable } from '../text/table.ts'
import type { Renderers, View } from './view.ts'

export const deviceRenderers: Renderers = {
  'devices.list': (devices, view) =>
    renderTable({
      columns: [
        { title: 'NAME', shrink: 'end', min: 12 },
        { title: 'SLUG', shrink: 'end', min: 12, drop: 1 },
        { title: 'SYSTEM', shrink: 'end', min: 10 },
        { title: 'SEEN' },
        ...(view.verbose ? [{ title: 'ID' }] : []),
      ],
      rows: devices.map((device): Cell[] => [
        printable(device.name),
        printable(device.slug),
        system(device),
        seen(device, view),
        device.id,
      ]),
      width: view.width,
      style: view.style,
    }),
  'devices.info': deviceFields,
  'devices.rename': (device) => [`This device is called "${printable(device.name)}" now.`],
}

function deviceFields(device: Device, view: View): readonly string[] {
  const { hardware } = device
  const capabilities = Object.entries(device.capabilities).flatMap(([name, has]) => (has ? [printable(name)] : []))
  return renderFields(
    [
      ['Device', printable(device.name)],
      ['Slug', printable(device.slug)],
      ['Id', device.id],
      ['System', `${system(device)}, ${printable(device.os.arch)}`],
      ['Model', hardware.model === null ? null : printable(hardware.model)],
      ['Processor', hardware.cpu === null ? null : `${printable(hardware.cpu)}, ${hardware.cores} cores`],
      ['Memory', formatBytes(hardware.memoryBytes)],
      ['Can', capabilities.length > 0 ? capabilities.join(', ') : null],
    ],
    view,
  )
}

function seen({ current, lastSeenAt, state }: KnownDevice, { now }: View): Cell {
  if (current) return { text: 'this device', tone: 'good' }
  if (state === 'connected') return { text: 'connected', tone: 'good' }
  return lastSeenAt === null ? 'never' : formatAgo(lastSeenAt, now)
}

function system({ os }: Pick<KnownDevice, 'os'>): string {
  return [os.platform, os.version].flatMap((part) => (part === null ? [] : [printable(part)])).join(' ')
}
