import { Device, type DeviceId, type ListedDevice } from '../domain/index.ts'
import { uuidToBlob } from '../util/uuid.ts'
import type { LibraryStore, WriteTransaction } from '../store/index.ts'

/** The devices that have opened a library, sorted by name. `current` is the id of this device. */
export async function listDevices(store: LibraryStore, current: DeviceId): Promise<ListedDevice[]> {
  const rows = await store.read((db) => db.selectFrom('devices').selectAll().orderBy('name').execute())
  return rows.map(({ name, slug, details, last_seen_at: lastSeenAt }) => {
    const device = Device.parse({ ...(JSON.parse(details) as object), name, slug })
    return { ...device, current: device.id === current, lastSeenAt: new Date(lastSeenAt).toISOString() }
  })
}

/**
 * Adds a device to the list, or updates its data. Returns the id of its row. The slug is made unique in the
 * library.
 */
export async function recordDevice(store: LibraryStore, device: Device, now: number): Promise<number> {
  return store.write(async ({ db }) => {
    const uuid = uuidToBlob(device.id)
    const known = await db
      .selectFrom('devices')
      .select(['id', 'name', 'slug'])
      .where('uuid', '=', uuid)
      .executeTakeFirst()
    const slug = known?.name === device.name ? known.slug : await freeSlug(db, device.slug, uuid)
    const values = { name: device.name, slug, details: JSON.stringify(device), last_seen_at: now }
    if (known) {
      await db.updateTable('devices').set(values).where('id', '=', known.id).execute()
      return known.id
    }
    const added = { ...values, uuid, created_at: now }
    return (await db.insertInto('devices').values(added).returning('id').executeTakeFirstOrThrow()).id
  })
}

async function freeSlug(db: WriteTransaction['db'], slug: string, uuid: Uint8Array): Promise<string> {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? slug : `${slug}-${n}`
    const others = db.selectFrom('devices').select('id').where('slug', '=', candidate).where('uuid', '<>', uuid)
    if (!(await others.executeTakeFirst())) return candidate
  }
}
