import { hash } from 'node:crypto'
import { readFile, realpath, rename, stat } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type Device, DeviceId } from '../domain/index.ts'
import { CoreError, systemCode } from '../util/errors.ts'
import { keepCopy, restoreFromCopy, writeWithCopy } from '../util/file-copy.ts'
import type { Logger } from '../util/logger.ts'
import { pathError } from '../util/path-error.ts'
import { uuidv7 } from '../util/uuid.ts'
import { readHardware, readOs } from './hardware.ts'
import { readMachineId } from './machine-id.ts'

const IDENTITY_VERSION = 1
const Identity = z.object({
  version: z.literal(IDENTITY_VERSION),
  id: DeviceId,
  name: z.string().min(1),
  createdAt: z.iso.datetime(),
  /** A hash of the machine's own id; null if the machine has no id. */
  machine: z.string().nullable(),
  /** The path of the data folder when this file was written. */
  folder: z.string(),
  /** The name of the device from whose data folder this one was copied; null after this device is renamed. */
  copiedFrom: z.string().nullable().default(null),
})
const NewerIdentity = z.object({ version: z.number().gt(IDENTITY_VERSION) })
type Identity = z.infer<typeof Identity>

export interface DeviceManagerDeps {
  readonly dataDir: string
  readonly log: Logger
  readonly now?: () => number
  /** The name for a new device; by default the name of the machine. */
  readonly name?: string | undefined
  /** Returns the machine's own id; by default, from the system. Null if the system has none. */
  readonly machineId?: () => Promise<string | null>
}

/** The features of this installation, which it reports to other devices. */
const CAPABILITIES = { indexing: true, watching: true, search: true, thumbnails: true, networking: true, sync: false }

/** The identity of this installation. It is the same for all libraries. */
export class DeviceManager {
  readonly #file: string
  readonly #os: Device['os']
  readonly #hardware: Device['hardware']
  #identity: Identity
  /** A problem with the identity file that the user should know about; null if there is none. */
  readonly notice: string | null

  private constructor(of: {
    file: string
    identity: Identity
    notice: string | null
    os: Device['os']
    hardware: Device['hardware']
  }) {
    this.notice = of.notice
    this.#file = of.file
    this.#identity = of.identity
    this.#os = of.os
    this.#hardware = of.hardware
  }

  /**
   * Reads the identity, or creates one. A copied data folder, on another machine or beside the original, gets a new
   * identity, because two devices with one id would overwrite each other's files. A moved data folder keeps its
   * identity. Throws `VersionMismatch` for the identity of a newer version, and errors of reading or writing the file.
   */
  static async open(deps: DeviceManagerDeps): Promise<DeviceManager> {
    const { dataDir, log, name = machineName(), now = Date.now, machineId = readMachineId } = deps
    const file = join(dataDir, 'device.json')
    const folder = await realpath(dataDir)
    const [id, system, hardware] = await Promise.all([machineId(), readOs(), readHardware()])
    // The id is hashed, because users share this file, and the id itself should stay private.
    const machine = id === null ? null : hash('sha256', `spacedrive ${id}`)
    const { identity: known, notice } = await readIdentity(file, { log, now })
    const isCopied = known !== null && (await isCopy(known, { file, machine }))
    if (isCopied) await setCopyAside(file, { known, log, now })
    const identity =
      known && !isCopied
        ? { ...known, machine: machine ?? known.machine, folder }
        : newIdentity(now(), { name, machine, folder, copiedFrom: known?.name ?? null })
    if (known?.id !== identity.id || known.folder !== folder || known.machine !== identity.machine) {
      await writeIdentity(file, identity)
    }
    await keepCopy(file, identityText(identity))
    return new DeviceManager({ file, identity, notice, os: system, hardware })
  }

  /** The name of the device from whose data folder this one was copied; null after this device is renamed. */
  get copiedFrom(): string | null {
    return this.#identity.copiedFrom
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

  /** Renames the device. Throws `InvalidInput` for a blank name. */
  async rename(name: string): Promise<Device> {
    const trimmed = name.trim()
    if (trimmed === '') throw new CoreError('InvalidInput', 'a device needs a name')
    const identity = { ...this.#identity, name: trimmed, copiedFrom: null }
    await writeIdentity(this.#file, identity)
    this.#identity = identity
    return this.info()
  }
}

/**
 * Makes a slug: lower case, with a hyphen in place of each run of characters that are not letters or digits, but not
 * at the ends.
 */
export function toSlug(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{Mn}+/gu, '')
    .toLowerCase()
  return plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '') || 'device'
}

function newIdentity(now: number, of: Pick<Identity, 'name' | 'machine' | 'folder' | 'copiedFrom'>): Identity {
  return {
    version: IDENTITY_VERSION,
    id: DeviceId.parse(uuidv7(now)),
    createdAt: new Date(now).toISOString(),
    ...of,
  }
}

function machineName(): string {
  return os.hostname().replace(/\.local$/, '') || 'device'
}

/** Whether another data folder has the same identity: on another machine, or at this folder's former path. */
async function isCopy(known: Identity, here: { file: string; machine: string | null }): Promise<boolean> {
  if (known.machine !== null && here.machine !== null && known.machine !== here.machine) return true
  const before = join(known.folder, 'device.json')
  const text = await readFile(before, 'utf8').catch(() => '')
  if (!text.includes(known.id)) return false
  // Another path may lead to the same file, for example through a second mount of the same disk.
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

interface ReadIdentity {
  readonly identity: Identity | null
  readonly notice: string | null
}

async function readIdentity(file: string, { log, now }: Circumstances): Promise<ReadIdentity> {
  const text = await readFile(file, 'utf8').catch((err: unknown) => {
    if (systemCode(err) === 'ENOENT') return null
    throw pathError(err, file)
  })
  if (text === null) return { identity: null, notice: null }
  const parse = (json: string) => parseIdentity(json, file)
  const identity = parse(text)
  if (identity) return { identity, notice: null }
  const otherwise = 'this device has a new identity: pair it again with your other devices'
  const restored = await restoreFromCopy(file, { parse, otherwise, log, now: now() })
  return { identity: restored.value, notice: restored.notice }
}

/** Parses an identity; null if the text is not one. Throws `VersionMismatch` for an identity of a newer version. */
function parseIdentity(text: string, file: string): Identity | null {
  const json = parseJson(text)
  if (NewerIdentity.safeParse(json).success) {
    throw new CoreError('VersionMismatch', `${file} was written by a newer version of Spacedrive; update Spacedrive`)
  }
  return Identity.safeParse(json).data ?? null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function writeIdentity(file: string, identity: Identity): Promise<void> {
  await writeWithCopy(file, identityText(identity)).catch((err: unknown) => {
    throw pathError(err, file)
  })
}

function identityText(identity: Identity): string {
  return `${JSON.stringify(identity, null, 2)}\n`
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[:.]/g, '-')
}
