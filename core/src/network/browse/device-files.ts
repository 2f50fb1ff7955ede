import type { ContentId } from '../../domain/index.ts'
import type { DeviceSources, FetchRequest, FileSource } from '../../sources/index.ts'
import { CoreError } from '../../util/errors.ts'
import { displayName } from '../../util/file-name.ts'
import type { Clock } from '../clock.ts'
import type { PairedDevice } from '../registry/paired-device.ts'
import type { Registry } from '../registry/registry.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { CONTENT_KIND } from '../transfer/index.ts'
import { Browse } from './browse.ts'
import { DeviceSource } from './device-source.ts'
import type { Holder } from './holders.ts'

export interface DeviceFilesDeps {
  readonly sessions: Sessions
  readonly registry: Pick<Registry, 'find' | 'list'>
  /** The paired devices with the states of their connections. */
  readonly devices: () => readonly { readonly name: string; readonly state: string }[]
  readonly clock: Clock
}

/** The files of all paired devices. */
export class DeviceFiles implements DeviceSources {
  readonly #deps: DeviceFilesDeps
  readonly #browse: Browse

  constructor(deps: DeviceFilesDeps) {
    const { clock, sessions } = deps
    this.#deps = deps
    this.#browse = new Browse({
      peers: sessions,
      clock,
      latencyOf: (id) => sessions.details(id)?.latencyMs ?? null,
    })
  }

  find(reference: string): FileSource {
    return this.#sourceOf(this.#deps.registry.find(reference))
  }

  all(): FileSource[] {
    const paired = this.#deps.registry.list().filter(({ blocked }) => !blocked)
    return paired.map((device) => this.#sourceOf(device))
  }

  device(id: PairedDevice['id']): FileSource {
    return this.find(id)
  }

  async holders(content: ContentId, signal: AbortSignal): Promise<FileSource[]> {
    return (await this.#holders(content, signal)).map(({ device }) => this.find(device.id))
  }

  async fetch(content: ContentId, signal: AbortSignal): Promise<FetchRequest> {
    const holders = await this.#holders(content, signal)
    const devices = holders.map(({ device }) => device.id)
    return { devices, kind: CONTENT_KIND, spec: { content }, title: displayName(holders[0]!.name) }
  }

  /** The connected devices that have a content, the cheapest first. Throws `NotFound` or `Offline` if there is none. */
  async #holders(content: ContentId, signal: AbortSignal): Promise<Holder[]> {
    const holders = await this.#browse.holders.of(content, signal)
    if (holders.length > 0) return holders
    const away = this.#deps.devices().filter(({ state }) => state !== 'connected' && state !== 'blocked')
    const others = away.length === 0 ? '' : `; not connected: ${away.map(({ name }) => name).join(', ')}`
    throw new CoreError(
      away.length === 0 ? 'NotFound' : 'Offline',
      `no device that is connected has the content ${content}, or may send it${others}`,
    )
  }

  #sourceOf(device: PairedDevice): FileSource {
    const { sessions } = this.#deps
    const latencyMs = () => sessions.details(device.id)?.latencyMs ?? null
    return new DeviceSource({ device, browse: this.#browse, latencyMs })
  }
}
