import { hash } from 'node:crypto'
import { readFile, realpath, rename, stat } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type Device, DeviceId } from '../domain/index.ts'
import { CoreError, systemCode } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { uuidv7 } from '../util/uuid.ts'
import { writeFileAtomically } from '../util/write-file.ts'
import { readHardware, readOs } from './hardware.ts'
import { readMachineId } from './machine-id.ts'

const Identity = z.object({
  version: z.literal(1),
  id: DeviceId,
  name: z.string().min(1),
  createdAt: z.iso.datetime(),
  /** A hash of the machine's own id; null where it has none. */
  machine: z.string().nullable(),
  /** The data folder, as it was when this was written. */
  folder: z.string(),
})
type Identity = z.infer<typeof Identity>

export interface DeviceManagerDeps {
  readonly dataDir: string
  readonly log: Logger
  readonly now?: () => number
  /** The machine's own id; the system is asked by default. Null where it does not say. */
  readonly machineId?: () => Promise<string | null>
}

/** What this installation can do; the features that come later add theirs. */
const CAPABILITIES = { indexing: true, watching: true, search: true, thumbnails: false, networking: false, sync: false }

/** The identity of this installation: one, whatever libraries it opens. */
export class DeviceManager {
  readonly #file: string
  readonly #os: Device['os']
  readonly #hardware: Device['hardware']
  readonly #copiedFrom: string | null
  #identity: Identity

  private constructor(of: {
    file: string
    identity: Identity
    os: Device['os']
    hardware: Device['hardware']
    copiedFrom: string | null
  }) {
    this.#file = of.file
    this.#identity = of.identity
    this.#os = of.os
    this.#hardware = of.hardware
    this.#copiedFrom = of.copiedFrom
  }

  /**
   * Reads the identity, or makes one. A data folder that was copied, to another machine or beside the original, gets an
   * identity of its own: two devices with one id would overwrite each other's files. One that was moved keeps its own.
   */
  static async open(deps: DeviceManagerDeps): Promise<DeviceManager> {
    const { dataDir, log, now = Date.now, machineId = readMachineId } = deps
    const file = join(dataDir, 'device.json')
    const folder = await realpath(dataDir)
    const [id, system, hardware] = await Promise.all([machineId(), readOs(), readHardware()])
    // Hashed, so that the machine's own id is not in a file people share.
    const machine = id === null ? null : hash('sha256', `spacedrive ${id}`)
    const known = await readIdentity(file, { log, now })
    const isCopied = known !== null && (await isCopy(known, { file, machine }))
    if (isCopied) await setCopyAside(file, { known, log, now })
    const identity =
      known && !isCopied
        ? { ...known, machine: machine ?? known.machine, folder }
        : newIdentity(now(), { machine, folder })
    if (known?.id !== identity.id || known.folder !== folder || known.machine !== identity.machine) {
      await writeIdentity(file, identity)
    }
    return new DeviceManager({ file, identity, os: system, hardware, copiedFrom: isCopied ? known.name : null })
  }

  /** The name of the device whose data folder this is a copy of, where that was noticed at this start. */
  get copiedFrom(): string | null {
    return this.#copiedFrom
  }

  info(): Device {
    const { id, name, createdAt } = this.#identity
    return {
      id,
      name,
      slug: toSlug(name),
      os: this.#os,
      hardware: this.#hardware,
      capabilities: CAPABILITIES,
      createdAt,
      current: true,
    }
  }

  /** Throws `InvalidInput` for a name of blanks. */
  async rename(name: string): Promise<Device> {
    const trimmed = name.trim()
    if (trimmed === '') throw new CoreError('InvalidInput', 'a device needs a name')
    const identity = { ...this.#identity, name: trimmed }
    await writeIdentity(this.#file, identity)
    this.#identity = identity
    return this.info()
  }
}

/** Lower case, every run of other characters than letters and digits a hyphen, none at the ends. */
export function toSlug(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{Mn}+/gu, '')
    .toLowerCase()
  return plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'device'
}

function newIdentity(now: number, place: Pick<Identity, 'machine' | 'folder'>): Identity {
  return {
    version: 1,
    id: DeviceId.parse(uuidv7(now)),
    name: os.hostname().replace(/\.local$/, '') || 'device',
    createdAt: new Date(now).toISOString(),
    ...place,
  }
}

/** Whether the identity is also that of another data folder: on another machine, or where this one was before. */
async function isCopy(known: Identity, here: { file: string; machine: string | null }): Promise<boolean> {
  if (known.machine !== null && here.machine !== null && known.machine !== here.machine) return true
  const before = join(known.folder, 'device.json')
  const text = await readFile(before, 'utf8').catch(() => '')
  if (!text.includes(known.id)) return false
  // Reached by another path, such as a second mount of the same disk, it is still the same file.
  const [there, own] = await Promise.all([stat(before, { bigint: true }), stat(here.file, { bigint: true })])
  return there.dev !== own.dev || there.ino !== own.ino
}

interface Circumstances {
  readonly log: Logger
  readonly now: () => number
}

async function setCopyAside(file: string, { known, log, now }: Circumstances & { known: Identity }): Promise<void> {
  const aside = `${file}.copied-${timestamp(now())}`
  await rename(file, aside)
  log.warn(
    { file, aside, from: known.name, folder: known.folder },
    'this data folder is a copy of another one: the installation gets an identity of its own',
  )
}

async function readIdentity(file: string, { log, now }: Circumstances): Promise<Identity | null> {
  const text = await readFile(file, 'utf8').catch((err: unknown) => {
    if (systemCode(err) === 'ENOENT') return null
    throw new CoreError('PermissionDenied', `${file} cannot be read`, { cause: err })
  })
  if (text === null) return null
  try {
    return Identity.parse(JSON.parse(text))
  } catch (err) {
    const aside = `${file}.broken-${timestamp(now())}`
    await rename(file, aside)
    log.error({ file, aside, err }, 'the identity of this device cannot be read: it was set aside, and a new one made')
    return null
  }
}

async function writeIdentity(file: string, identity: Identity): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(identity, null, 2)}\n`)
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[:.]/g, '-')
}
