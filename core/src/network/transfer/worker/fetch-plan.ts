import { isUtf8 } from 'node:buffer'
import { mkdirSync, readFileSync, rmSync, writeFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { Packr } from 'msgpackr'
import { z } from 'zod'
import type { ThreadDisk } from '../../../sources/user-disk.ts'
import { CoreError, systemCode } from '../../../util/errors.ts'
import { displayName } from '../../../util/file-name.ts'
import { pathError } from '../../../util/path-error.ts'
import type { Preserve } from '../transfer-rows.ts'
import type { FetchItem } from './fetch-item.ts'
import type { Destination, Renamed } from './messages.ts'
import { receivedMode } from './permissions.ts'
import { isTakenIn, nameRules, planTargets } from './plan-targets.ts'
import type { SourceItem } from './walk-source.ts'

const packr = new Packr({ useRecords: false })

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const PlannedItem = z.object({
  names: z.array(bytes),
  kind: z.enum(['file', 'directory']),
  size: z.number(),
  mtimeMs: z.number(),
  mode: z.number(),
  target: bytes,
  expected: bytes.nullable(),
})
type PlannedItem = z.infer<typeof PlannedItem>
/** Older versions wrote a boolean here: whether to preserve everything. */
const PlannedPreserve = z
  .boolean()
  .transform((all): Preserve => (all ? 'all' : 'nothing'))
  .or(z.enum(['nothing', 'times', 'all']))
const Plan = z.object({ mark: z.string(), preserve: PlannedPreserve, items: z.array(PlannedItem) })
export type Plan = z.infer<typeof Plan>

/** The items of a plan in the form that `FetchFiles` needs. */
export function itemsOf({ items, preserve }: Plan): FetchItem[] {
  return items.map(({ expected, kind, mode, mtimeMs, size, target }) => ({
    kind,
    size,
    target: Buffer.from(target),
    mtimeMs: preserve === 'nothing' ? null : mtimeMs,
    mode: receivedMode({ kind, mode }, preserve),
    expected,
  }))
}

/**
 * The plan of a fetch, with the target of each item. It is written before the first byte, so a transfer that continues
 * puts all files in the same places. If a file has changed on the sending device, it is fetched again from its start.
 * Changed permissions are taken over.
 */
export function openPlan(
  folder: string,
  {
    items,
    destination,
    preserve,
    mark,
    taken,
    disk,
  }: {
    items: readonly SourceItem[]
    destination: Destination
    preserve: Preserve
    mark: string
    /** Keys of free paths that are already reserved. */
    taken: ReadonlySet<string>
    disk: ThreadDisk
  },
): Plan {
  const known = readPlan(folder)
  if (known) return followSource(folder, { plan: known, items, disk })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const plan = { mark, preserve, items: placed(items, { destination, taken }) }
  writePlan(folder, plan)
  return plan
}

/** How many changed names are listed one by one. */
const MAX_RENAMED = 100

/** The files and folders of a plan that got other names here: a list of the first ones, and the number of all. */
export function renamedIn({ items }: Plan): { renamed: Renamed[]; renamedCount: number } {
  const changed = items.filter(({ names, target }) => {
    const path = Buffer.from(target)
    return Buffer.compare(path.subarray(path.lastIndexOf('/') + 1), names.at(-1)!) !== 0
  })
  const renamed = changed.slice(0, MAX_RENAMED).map(({ names, target }) => ({ names, target }))
  return { renamed, renamedCount: changed.length }
}

function placed(
  items: readonly SourceItem[],
  { destination, taken }: { destination: Destination; taken: ReadonlySet<string> },
): PlannedItem[] {
  if ('targets' in destination) {
    const { targets, expected } = destination
    if (targets.length !== items.length)
      throw new CoreError('Corrupt', 'the other device offers other files than the requested ones')
    return items.map((item, n) => ({
      ...item,
      names: [...item.names],
      target: targets[n]!,
      expected: expected[n] ?? null,
    }))
  }
  const folder = Buffer.from(destination.folder)
  const isThere = isTakenIn(folder)
  const below = (path: Buffer) => Buffer.concat([folder, Buffer.from('/'), path])
  const isTaken = (name: Buffer) => isThere(name) || taken.has(keyOfPath(below(name)))
  const targets = planTargets(items, { rules: nameRules(process.platform), isTaken })
  return items.map((item, n) => {
    const target = below(targets[n]!.path)
    return { ...item, names: [...item.names], target, expected: null }
  })
}

function followSource(
  folder: string,
  { disk, items, plan }: { plan: Plan; items: readonly SourceItem[]; disk: ThreadDisk },
): Plan {
  const now = new Map(items.map((item) => [keyOf(item.names), item]))
  let changed = false
  const followed = plan.items.map((item, n) => {
    const source = now.get(keyOf(item.names))
    if (!source) return item
    const isSame = source.size === item.size && source.mtimeMs === item.mtimeMs
    if (isSame && source.mode === item.mode) return item
    changed = true
    if (!isSame && item.kind === 'file') {
      rmSync(join(folder, `${n}.chunks`), { force: true })
      removePart(item.target, plan.mark, disk)
    }
    return { ...item, size: source.size, mtimeMs: source.mtimeMs, mode: source.mode }
  })
  if (!changed) return plan
  const next = { ...plan, items: followed }
  writePlan(folder, next)
  return next
}

/** Removes unfinished files and the plan. Throws the error if an unfinished file cannot be removed. */
export function discardPlan(folder: string, disk: ThreadDisk): void {
  const plan = readPlan(folder)
  for (const { kind, target } of plan?.items ?? []) {
    if (kind === 'file') removePart(target, plan!.mark, disk)
  }
  rmSync(folder, { recursive: true, force: true })
}

function removePart(target: Uint8Array, mark: string, disk: ThreadDisk): void {
  const part = Buffer.concat([target, Buffer.from(`.${mark}.part`)])
  try {
    disk.removeDraft(part)
  } catch (err) {
    // If its folder has become a file, the part is gone with the folder.
    if (systemCode(err) !== 'ENOTDIR') throw pathError(err, displayName(part))
  }
}

/** The number of each plan item in a device's own list; -1 if the item is missing there or has changed. */
export function numbersIn(plan: Plan, items: readonly SourceItem[]): Int32Array {
  // A single file may have another name on another device.
  const [only] = plan.items
  if (plan.items.length === 1 && items.length === 1 && only!.kind === 'file')
    return Int32Array.of(items[0]!.kind === 'file' && items[0]!.size === only!.size ? 0 : -1)
  const byName = new Map(items.map((item, n) => [keyOf(item.names), n]))
  return Int32Array.from(plan.items, ({ names, size }) => {
    const number = byName.get(keyOf(names))
    return number !== undefined && items[number]!.size === size ? number : -1
  })
}

/** A key that is equal for all paths that a file system may treat as equal, by folding case and accents. */
export function keyOfPath(path: Uint8Array): string {
  const text = Buffer.from(path)
  return isUtf8(text) ? text.toString().normalize('NFC').toLowerCase() : text.toString('latin1')
}

function keyOf(names: readonly Uint8Array[]): string {
  return names.map((name) => Buffer.from(name).toString('latin1')).join('/')
}

function readPlan(folder: string): Plan | null {
  try {
    return Plan.parse(packr.unpack(readFileSync(planFile(folder))))
  } catch (err) {
    // The plan is written before anything is fetched, so there is nothing to continue.
    if (systemCode(err) === 'ENOENT') return null
    throw new CoreError('Corrupt', 'cannot read the stored plan of this transfer; start the transfer again', {
      cause: err,
    })
  }
}

function writePlan(folder: string, plan: Plan): void {
  const draft = `${planFile(folder)}.tmp`
  writeFileSync(draft, packr.pack(plan), { mode: 0o600 })
  renameSync(draft, planFile(folder))
}

function planFile(folder: string): string {
  return join(folder, 'plan')
}
