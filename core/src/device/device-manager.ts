import { hash } from 'node:crypto'
import { readFile, rename } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type Device, DeviceId } from '../domain/index.ts'
import { CoreError, systemCode } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { uuidv7 } from '../util/uuid.ts'
import { writeFileAtomically } from '../util/write-file.ts'
import { readHardware } from './hardware.ts'
import { readMachineId } from './machine-id.ts'

const Stored = z.object({
  version: z.literal(1),
  id: DeviceId,
  name: z.string().min(1),
  createdAt: z.iso.datetime(),
  /** A hash of the machine's own id: another one means that the data folder was copied to another machine. */
  machine: z.string().nullable(),
})
type Stored = z.infer<typeof Stored>

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
  readonly #hardware: Device['hardware']
  readonly #copiedFrom: string | null
  #stored: Stored

  private constructor(of: { file: string; stored: Stored; hardware: Device['hardware']; copiedFrom: string | null }) {
    this.#file = of.file
    this.#stored = of.stored
    this.#hardware = of.hardware
    this.#copiedFrom = of.copiedFrom
  }

  /**
   * Reads the identity, or makes one. A data folder copied to another machine gets an identity of its own: two devices
   * with one id would overwrite each other's files.
   */
  static async open({
    dataDir,
    log,
    now = Date.now,
    machineId = readMachineId,
  }: DeviceManagerDeps): Promise<DeviceManager> {
    const file = join(dataDir, 'device.json')
    const id = await machineId()
    // Hashed, so that the machine's own id is not in a file people share.
    const machine = id === null ? null : hash('sha256', `spacedrive ${id}`)
    const hardware = await readHardware()
    const known = await readStored(file, { log, now })
    const isCopy = known !== null && known.machine !== null && machine !== null && known.machine !== machine
    if (known && !isCopy) return new DeviceManager({ file, stored: known, hardware, copiedFrom: null })
    if (isCopy) {
      const aside = `${file}.copied-${timestamp(now())}`
      await rename(file, aside)
      log.warn(
        { file, aside, from: known.name },
        'this data folder was copied from another machine: the installation gets an identity of its own',
      )
    }
    const stored: Stored = {
      version: 1,
      id: DeviceId.parse(uuidv7(now())),
      name: os.hostname() || 'device',
      createdAt: new Date(now()).toISOString(),
      machine,
    }
    await write(file, stored)
    return new DeviceManager({ file, stored, hardware, copiedFrom: isCopy ? known.name : null })
  }

  /** The name of the device whose data folder this is a copy of, where that was noticed at this start. */
  get copiedFrom(): string | null {
    return this.#copiedFrom
  }

  info(): Device {
    const { id, name, createdAt } = this.#stored
    return {
      id,
      name,
      slug: toSlug(name),
      os: { platform: os.platform(), version: os.release(), arch: os.arch() },
      hardware: this.#hardware,
      capabilities: CAPABILITIES,
      createdAt,
      current: true,
    }
  }

  async rename(name: string): Promise<Device> {
    const trimmed = name.trim()
    if (trimmed === '') throw new CoreError('InvalidInput', 'a device needs a name')
    const stored = { ...this.#stored, name: trimmed }
    await write(this.#file, stored)
    this.#stored = stored
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

async function readStored(file: string, { log, now }: { log: Logger; now: () => number }): Promise<Stored | null> {
  const text = await readFile(file, 'utf8').catch((err: unknown) => {
    if (systemCode(err) === 'ENOENT') return null
    throw new CoreError('PermissionDenied', `${file} cannot be read`, { cause: err })
  })
  if (text === null) return null
  try {
    return Stored.parse(JSON.parse(text))
  } catch (err) {
    const aside = `${file}.broken-${timestamp(now())}`
    await rename(file, aside)
    log.error({ file, aside, err }, 'the identity of this device cannot be read: it was set aside, and a new one made')
    return null
  }
}

async function write(file: string, stored: Stored): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(stored, null, 2)}\n`)
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[:.]/g, '-')
}
