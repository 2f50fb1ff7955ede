import type { Volume } from '@spacedrive/core/domain'
import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatBytes } from '../text/format.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import type { Renderers, View } from './view.ts'

export const volumeRenderers: Renderers = {
  'volumes.list': volumeList,
  'volumes.info': volumeFields,
  'volumes.track': (volume, view) => [`Tracking ${printable(volume.name)} now.`, ...volumeFields(volume, view)],
  'volumes.untrack': (volume) => [`Not tracking ${printable(volume.name)} any more.`],
  'volumes.speedTest': ({ name, readBytesPerSecond, writeBytesPerSecond }) => [
    `${printable(name)}: reads ${speed(readBytesPerSecond)}, writes ${speed(writeBytesPerSecond)}.`,
  ],
}

const columns: readonly Column[] = [
  { title: 'NAME', shrink: 'end', min: 10 },
  { title: 'MOUNTED AT', shrink: 'middle', min: 24 },
  { title: 'KIND', drop: 2 },
  { title: 'DISK', drop: 4 },
  { title: 'TYPE', drop: 3 },
  { title: 'FREE', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'STATE', drop: 1 },
]

function volumeList(volumes: readonly Volume[], view: View): readonly string[] {
  if (volumes.length === 0) return ['No volumes. `volume list --all` also shows system and virtual ones.']
  const rows = volumes.map((volume): Cell[] => [
    printable(volume.name),
    volume.mountPoint === null ? '–' : printable(volume.mountPoint),
    volume.kind,
    volume.disk,
    printable(volume.filesystem),
    formatBytes(volume.freeBytes),
    formatBytes(volume.totalBytes),
    stateCell(volume),
    volume.fingerprint,
  ])
  const shown = view.verbose ? [...columns, { title: 'FINGERPRINT' }] : columns
  return renderTable({ columns: shown, rows, width: view.width, style: view.style })
}

function stateCell({ online, readOnly, tracked }: Volume): Cell {
  if (!online) return { text: 'offline', tone: 'warn' }
  const facts = [tracked ? 'tracked' : '', readOnly ? 'read-only' : ''].filter(Boolean)
  return { text: facts.join(', '), tone: tracked ? 'good' : 'dim' }
}

function volumeFields(volume: Volume, view: View): readonly string[] {
  return renderFields(
    [
      ['Volume', printable(volume.name)],
      ['Mounted at', volume.mountPoint === null ? null : printable(volume.mountPoint)],
      ['Online', volume.online ? 'yes' : view.style('warn', 'no')],
      [
        'Kind',
        [volume.kind, volume.disk === 'unknown' ? '' : volume.disk, volume.removable ? 'removable' : '']
          .filter(Boolean)
          .join(', '),
      ],
      [
        'File system',
        [printable(volume.filesystem), volume.readOnly ? 'read-only' : '', volume.cow ? 'copy-on-write' : '']
          .filter(Boolean)
          .join(', '),
      ],
      ['Size', `${formatBytes(volume.totalBytes)}, ${formatBytes(volume.freeBytes)} free`],
      ['Tracked', volume.tracked ? 'yes' : 'no'],
      ['Reads', volume.readBytesPerSecond === null ? null : speed(volume.readBytesPerSecond)],
      ['Writes', volume.writeBytesPerSecond === null ? null : speed(volume.writeBytesPerSecond)],
      ['Fingerprint', volume.fingerprint],
      ['Id', volume.id],
    ],
    view,
  )
}

function speed(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? 'unknown' : `${formatBytes(bytesPerSecond)}/s`
}
