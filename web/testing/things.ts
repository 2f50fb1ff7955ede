import type { OutputOf } from '@spacedrive/client'
import type {
  ContentId,
  Device,
  DeviceId,
  Entry,
  EntryId,
  FileInfo,
  Grant,
  Job,
  JobId,
  Library,
  LibraryId,
  Location,
  LocationId,
  NetworkDevice,
  NetworkStatus,
  Offer,
  PairingStatus,
  SearchItem,
  Sidecar,
  Thumb,
  Transfer,
  Volume,
  VolumeId,
} from '@spacedrive/core/domain'
import type { PeerKey } from '@spacedrive/core/domain'
import { nameOf } from '../src/format/index.ts'

/** An id that stands for a number. */
function uuid(of: number): string {
  return `00000000-0000-7000-8000-${String(of).padStart(12, '0')}`
}
export const libraryId = (of: number) => uuid(of) as LibraryId
export const locationId = (of: number) => uuid(of) as LocationId
export const entryId = (of: number) => uuid(of) as EntryId
export const contentId = (of: number) => uuid(of) as ContentId
export const volumeId = (of: number) => uuid(of) as VolumeId
export const deviceId = (of: number) => uuid(of) as DeviceId
export const jobId = (of: number) => uuid(of) as JobId

/** When everything here happened. */
export const THEN = '2024-03-12T12:00:00.000Z'

const types: Readonly<Record<string, { type: Entry['type']; mime: string }>> = {
  txt: { type: 'text', mime: 'text/plain' },
  jpg: { type: 'image', mime: 'image/jpeg' },
  mp4: { type: 'video', mime: 'video/mp4' },
  mp3: { type: 'audio', mime: 'audio/mpeg' },
  pdf: { type: 'document', mime: 'application/pdf' },
  zip: { type: 'archive', mime: 'application/zip' },
}

/** A file of 1 kB, of the type that its extension says. */
export function aFile(path: string, other: Partial<Entry> = {}): Entry {
  const name = nameOf(path)
  const extension = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : ''
  const { mime = null, type = 'unknown' } = types[extension] ?? {}
  return {
    id: null,
    path,
    name,
    kind: 'file',
    type,
    extension,
    mime,
    size: 1_000,
    allocated: 4_096,
    modifiedAt: THEN,
    createdAt: null,
    contentId: null,
    hidden: false,
    childCount: null,
    fileCount: null,
    totalSize: null,
    ...other,
  }
}

export function aFolder(path: string, other: Partial<Entry> = {}): Entry {
  return { ...aFile(path), kind: 'directory', type: 'unknown', extension: '', mime: null, size: 0, ...other }
}

/** All that is known of a file, which is only what its entry says. */
export function anInfo(entry: Entry, other: Partial<FileInfo> = {}): FileInfo {
  return {
    ...entry,
    contentHash: null,
    integrityHash: null,
    copies: [],
    sidecars: [],
    metadata: null,
    rules: [],
    looksLike: null,
    history: [],
    online: true,
    ...other,
  }
}

/** What is found by its name. */
export function aResult(path: string, other: Partial<SearchItem> = {}): SearchItem {
  return { ...aFile(path), location: null, online: true, why: [], ...other }
}

export function aThumb(other: Partial<Thumb> = {}): Thumb {
  return {
    hash: null,
    width: 400,
    height: 300,
    durationMs: null,
    color: null,
    ready: ['grid@1x', 'grid@2x'],
    version: 'v1',
    state: 'ready',
    error: null,
    ...other,
  }
}

export function aSidecar(kind: Sidecar['kind'], other: Partial<Sidecar> = {}): Sidecar {
  return {
    kind,
    variant: 'default',
    format: 'json',
    state: 'ready',
    size: 2_000,
    checksum: null,
    engine: null,
    recipe: 1,
    path: null,
    source: 'managed',
    attempts: 1,
    error: null,
    note: null,
    createdAt: THEN,
    ...other,
  }
}

export function aLibrary(other: Partial<Library> = {}): Library {
  return { id: libraryId(1), name: 'Home', path: '/libraries/home', open: true, current: true, error: null, ...other }
}

export function aLocation(path: string, other: Partial<Location> = {}): Location {
  return {
    id: locationId(1),
    name: nameOf(path),
    path,
    mode: 'content',
    watch: true,
    state: 'complete',
    volumeId: null,
    rules: [],
    maxDepth: null,
    policy: {},
    counts: { files: 3, directories: 1, symlinks: 0, others: 0, bytes: 3_000 },
    lastScanAt: THEN,
    error: null,
    ...other,
  }
}

export function aVolume(name: string, other: Partial<Volume> = {}): Volume {
  return {
    id: volumeId(1),
    fingerprint: name,
    name,
    mountPoint: `/media/${name}`,
    kind: 'external',
    disk: 'ssd',
    filesystem: 'ext4',
    totalBytes: 1_000_000_000,
    freeBytes: 250_000_000,
    tracked: true,
    online: true,
    readOnly: false,
    cow: false,
    removable: true,
    readBytesPerSecond: null,
    writeBytesPerSecond: null,
    ...other,
  }
}

/** What adding a location answers: the location and the job of its first scan. */
export function anAddedLocation(path: string): OutputOf<'locations.add'> {
  return { location: aLocation(path), job: { id: jobId(9) } }
}

/** The device of the daemon. */
export function aThisDevice(name: string): Device {
  return {
    id: deviceId(1),
    name,
    slug: name,
    os: { platform: 'linux', version: '6', arch: 'x64' },
    hardware: { model: null, cpu: null, cores: 2, memoryBytes: 8_000_000_000 },
    capabilities: {},
    createdAt: THEN,
    current: true,
  }
}

/** A paired device that is connected. */
export function aDevice(name: string, other: Partial<NetworkDevice> = {}): NetworkDevice {
  return {
    id: deviceId(2),
    name,
    slug: name,
    os: 'linux',
    state: 'connected',
    path: 'direct',
    latencyMs: 4,
    lastSeenAt: THEN,
    ...other,
  }
}

export function aNetworkStatus(other: Partial<NetworkStatus> = {}): NetworkStatus {
  return {
    state: 'disabled',
    id: deviceId(1),
    name: 'alice',
    key: 'ab'.repeat(32) as PeerKey,
    isWrapped: false,
    addresses: [],
    relay: null,
    portMapping: { state: 'off', address: null, reason: null },
    devices: { paired: 0, connected: 0 },
    error: null,
    ...other,
  }
}

export function aGrant(what: Grant['what'], other: Partial<Grant> = {}): Grant {
  return {
    device: { id: deviceId(2), name: 'bob' },
    what,
    allowed: false,
    everything: false,
    folders: [],
    requestedAt: null,
    requestedPath: null,
    wasEverything: false,
    ...other,
  }
}

export function aPairing(state: PairingStatus['state'], other: Partial<PairingStatus> = {}): PairingStatus {
  return {
    state,
    role: null,
    session: null,
    device: null,
    number: null,
    confirmed: false,
    unattended: false,
    expiresAt: null,
    attemptsLeft: null,
    reason: null,
    ...other,
  }
}

export function anOffer(other: Partial<Offer> = {}): Offer {
  return {
    id: uuid(70),
    direction: 'in',
    from: { id: deviceId(2), name: 'bob' },
    to: { id: deviceId(1), name: 'alice' },
    isStranger: false,
    number: null,
    confirmed: false,
    sender: null,
    items: 1,
    bytes: 5_000,
    names: ['letter.txt'],
    state: 'waiting',
    transfer: null,
    bytesDone: 0,
    reason: null,
    failures: [],
    folder: null,
    createdAt: THEN,
    expiresAt: '2124-03-12T12:00:00.000Z',
    ...other,
  }
}

export function aTransfer(other: Partial<Transfer> = {}): Transfer {
  return {
    id: 'transfer-1',
    direction: 'in',
    device: { id: deviceId(2), name: 'bob' },
    title: 'letters',
    state: 'running',
    files: { done: 1, total: 4 },
    bytes: { done: 1_000_000, total: 4_000_000 },
    rate: 500_000,
    etaMs: 6_000,
    via: 'tcp',
    folder: '/home/alice/Downloads',
    leftOut: 0,
    failed: 0,
    failures: [],
    notes: [],
    error: null,
    createdAt: THEN,
    endedAt: null,
    ...other,
  }
}

export function aJob(name: string, other: Partial<Job> = {}): Job {
  return {
    id: jobId(1),
    name,
    subject: null,
    status: 'running',
    priority: 0,
    parentId: null,
    progress: { phase: '', done: 5, total: 20, bytes: 0, rate: null, etaMs: null },
    attempts: 1,
    createdAt: THEN,
    startedAt: THEN,
    endedAt: null,
    error: null,
    warnings: 0,
    ...other,
  }
}

export function aStatus(other: Partial<OutputOf<'system.status'>> = {}): OutputOf<'system.status'> {
  return {
    version: '1',
    instance: 'test',
    dataDir: '/data',
    pid: 7,
    uptimeMs: 1_000,
    library: { id: libraryId(1), name: 'Home' },
    libraries: 1,
    jobs: { running: 0, queued: 0, paused: 0 },
    network: { state: 'disabled' },
    memory: { rssBytes: 1_000 },
    explorer: null,
    tokenFile: null,
    httpSocket: null,
    exposed: null,
    damaged: [],
    notices: [],
    ...other,
  }
}

export function aSetting(key: string, value: unknown, other: Partial<OutputOf<'config.get'>[number]> = {}) {
  const type = typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'integer' : 'string'
  return {
    key,
    value,
    source: 'default' as const,
    from: null,
    summary: `what ${key} does`,
    scope: 'device' as const,
    schema: { type },
    ...other,
  }
}
