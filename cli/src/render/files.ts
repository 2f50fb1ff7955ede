import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatBytes, formatCount, formatDate, formatDuration, plural } from '../text/format.ts'
import { shortenMiddle } from '../text/shorten.ts'
import { textWidth } from '../text/width.ts'
import { wrap } from '../text/wrap.ts'
import type { OutputOf } from '@spacedrive/client'
import { archiveMembers } from './archive.ts'
import { comparisonLines } from './comparison.ts'
import { stateWord } from './sidecars.ts'
import { entrySummary, entryTable } from './entries.ts'
import { sizeTree } from './sizes.ts'
import { fetchedLines } from './transfers.ts'
import type { Renderers, View } from './view.ts'

export const fileRenderers: Renderers = {
  'files.list': fileList,
  'files.info': fileFields,
  'files.sizes': sizeTree,
  'files.duplicates': duplicateGroups,
  'files.compare': comparisonLines,
  'files.archive': archiveMembers,
  'files.fetch': ({ transfers }, view) => fetchedLines(transfers, view),
  'files.open': ({ path, program }) => [`Opened ${printable(path)} with ${printable(program)}.`],
}

function fileList({ device, items, online, source, total }: OutputOf<'files.list'>, view: View): readonly string[] {
  const seen =
    source === 'disk'
      ? 'not indexed, read from the disk'
      : online
        ? 'from the index'
        : 'offline, as the index remembers it'
  const from = device ? `on ${printable(device.name)}, ${seen}` : seen
  if (items.length === 0) return [view.style('dim', `empty (${from})`)]
  const rest =
    total > items.length ? `; ${formatCount(items.length)} of ${formatCount(total)} shown, --limit shows more` : ''
  const summary = wrap(`${entrySummary(items)}${rest} (${from})`, view.width)
  return [...entryTable(items, view), ...summary.map((line) => view.style('dim', line))]
}

function fileFields(info: OutputOf<'files.info'>, view: View): readonly string[] {
  const { style } = view
  const isFolder = info.kind === 'directory'
  const fields = renderFields(
    [
      ['Name', printable(info.name)],
      ['Path', printable(info.path)],
      ['As bytes', info.pathBase64 === undefined ? null : `base64:${info.pathBase64}`],
      [
        'Kind',
        isFolder
          ? 'folder'
          : [info.kind === 'file' ? info.type : info.kind, info.mime ?? ''].filter(Boolean).join(', '),
      ],
      ['Part of', info.partOf === undefined ? null : partText(info.partOf)],
      ['Live photo', info.livePhoto ? 'yes' : null],
      ['Looks like', info.looksLike === null ? null : style('warn', printable(info.looksLike))],
      ['Size', isFolder ? folderSize(info) : fileSize(info)],
      ['Modified', formatDate(info.modifiedAt)],
      ['Created', info.createdAt === null ? null : formatDate(info.createdAt)],
      ['Hidden', info.hidden ? 'yes' : null],
      ['Indexed', info.id === null ? 'no' : 'yes'],
      ['Online', info.online ? null : style('warn', 'no, this is what the index remembers')],
      ['Id', info.id],
      ['Content', info.contentId],
      ['Hash', info.contentHash],
      ['BLAKE3', info.integrityHash],
      ...info.rules.map(
        ({ name, pattern, source }) =>
          ['Left out by', `${printable(name)} (${printable(pattern)}, ${printable(source)})`] as const,
      ),
      ['Sidecars', sidecarText(info.sidecars)],
      ...metadataFields(withFrameRate(info.metadata ?? {})),
    ],
    view,
  )
  if (info.copies.length < 2) return fields
  const copies = info.copies.map(({ device, online, path }) => {
    const where = [online ? '' : 'offline', printable(device)].filter(Boolean).join(', ')
    const room = view.width - textWidth(where) - 4
    return `  ${shortenMiddle(printable(path), room)}  ${style(online ? 'dim' : 'warn', where)}`
  })
  return [...fields, '', style('dim', 'COPIES'), ...copies]
}

/** Below this a size is shown to the byte as it is. */
const SMALLEST_ROUNDED = 1_000

/** `thumb: detail@1x, grid@2x; ocr: skipped (there is no text in it)` */
function sidecarText(sidecars: OutputOf<'files.info'>['sidecars']): string | null {
  const byKind = Map.groupBy(sidecars, ({ kind }) => kind)
  const parts = [...byKind].map(([kind, items]) => {
    const ready = items.filter(({ state }) => state === 'ready').map(({ variant }) => printable(variant))
    const others = items.flatMap((item) => {
      if (item.state === 'ready') return []
      const word = stateWord(item)
      return [item.error === null ? word : `${word} (${printable(item.error.message)})`]
    })
    return `${kind}: ${[...new Set([...ready, ...others])].join(', ')}`
  })
  return parts.length === 0 ? null : parts.join('; ')
}

function folderSize({ childCount, fileCount, totalSize }: OutputOf<'files.info'>): string | null {
  const parts = [
    totalSize === null ? null : formatBytes(totalSize),
    fileCount === null ? null : plural(fileCount, 'file'),
    childCount === null ? null : `${formatCount(childCount)} directly inside`,
  ]
  return parts.filter((part) => part !== null).join(', ') || null
}

function fileSize({ allocated, size }: OutputOf<'files.info'>): string {
  const more = [
    size < SMALLEST_ROUNDED ? '' : plural(size, 'byte'),
    allocated < size ? `${formatBytes(allocated)} on disk` : '',
  ].filter(Boolean)
  return more.length === 0 ? formatBytes(size) : `${formatBytes(size)} (${more.join(', ')})`
}

function partText({ kind, name }: NonNullable<OutputOf<'files.info'>['partOf']>): string {
  return `${name === null ? 'a file' : printable(name)} (${kind})`
}

/** The two numbers of the frame rate as one: 30,000 and 1,001 are 29.97 frames a second. */
function withFrameRate({ fpsDen, fpsNum, ...metadata }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (typeof fpsNum !== 'number' || typeof fpsDen !== 'number' || fpsDen === 0) return metadata
  return { ...metadata, frameRate: `${Number((fpsNum / fpsDen).toFixed(2))} frames a second` }
}

/** A nested record has metadata from another file, such as an XMP file: its fields are shown separately. */
function metadataFields(metadata: Readonly<Record<string, unknown>>): (readonly [string, string | null])[] {
  return Object.entries(metadata).flatMap(([name, value]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [[printable(label(name.replace(/(?:Ms|Minutes)$/, ''))), metadataValue(name, value)] as const]
    return Object.entries(value).map(
      ([field, each]) =>
        [printable(`${name.toUpperCase()} ${label(field).toLowerCase()}`), metadataValue(field, each)] as const,
    )
  })
}

/** `focalLength` → `Focal length` */
function label(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim()
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

/** How a number reads that is a measure, by the name of its field. */
const measures: Readonly<Record<string, (value: number) => string>> = {
  durationMs: (ms) => formatDuration(ms),
  takenOffsetMinutes: (minutes) => `${minutes < 0 ? '−' : '+'}${formatClock(Math.abs(minutes))} from UTC`,
  width: (pixels) => plural(pixels, 'pixel'),
  height: (pixels) => plural(pixels, 'pixel'),
  latitude: (degrees) => `${degrees}°`,
  longitude: (degrees) => `${degrees}°`,
  altitude: (metres) => `${Math.round(metres)} m`,
  focalLength: (millimetres) => `${Number(millimetres.toFixed(1))} mm`,
  aperture: (number) => `f/${Number(number.toFixed(1))}`,
  shutterSpeed: (seconds) => (seconds > 0 && seconds < 0.4 ? `1/${Math.round(1 / seconds)} s` : `${seconds} s`),
  rotation: (degrees) => `${degrees}°`,
  bitRate: formatBitRate,
  audioBitRate: formatBitRate,
  sampleRate: (hertz) => `${formatCount(hertz)} Hz`,
  audioSampleRate: (hertz) => `${formatCount(hertz)} Hz`,
  bitDepth: (bits) => plural(bits, 'bit'),
}

function formatBitRate(bits: number): string {
  return bits < 1_000_000 ? `${formatCount(bits / 1_000)} kbit/s` : `${(bits / 1_000_000).toFixed(1)} Mbit/s`
}

/** `5:30` hours */
function formatClock(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
}

function metadataValue(field: string, value: unknown): string | null {
  if (value === null || value === undefined) return null
  const measure = typeof value === 'number' && Object.hasOwn(measures, field) ? measures[field] : undefined
  if (measure) return measure(Number(value))
  if (Array.isArray(value)) return value.map((item) => printable(String(item))).join(', ')
  return printable(typeof value === 'string' ? value : JSON.stringify(value))
}

function duplicateGroups(
  { groups, notes, reclaimableBytes, totalGroups }: OutputOf<'files.duplicates'>,
  view: View,
): readonly string[] {
  const { style } = view
  if (totalGroups === 0) return ['No two files hold the same content.', ...noteLines(notes, view)]
  const lines = groups.flatMap(({ files, size, verified }) => [
    `${style('heading', formatBytes(size))} × ${files.length}${verified === 'full' ? style('good', '  verified') : ''}`,
    ...files.map(
      ({ online, path }) =>
        `  ${shortenMiddle(printable(path), view.width - 2 - (online ? 0 : 9))}${online ? '' : style('warn', '  offline')}`,
    ),
  ])
  const shown = groups.length < totalGroups ? ` The largest ${formatCount(groups.length)} are shown.` : ''
  return [
    ...lines,
    '',
    `${plural(totalGroups, 'group')}, ${formatBytes(reclaimableBytes)} reclaimable.${shown}`,
    ...noteLines(notes, view),
  ]
}

function noteLines(notes: readonly { path: string; message: string }[], view: View): string[] {
  return notes.map(({ message, path }) => view.style('warn', `${printable(path)}: ${printable(message)}`))
}
