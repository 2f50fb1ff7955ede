import { isIPv4 } from 'node:net'
import { formatAddress } from '../transport/addresses.ts'
import type { Gateway } from './gateway.ts'
import { elements } from './read-xml.ts'
import { ask } from './router-http.ts'

/** The router has refused a request, with a UPnP error code. */
export class RouterRefusal extends Error {
  readonly code: number

  constructor(code: number) {
    super(`the router refuses: ${refusals.get(code) ?? `UPnP error ${code}`}`)
    this.code = code
  }
}

/** Error code: the mapping does not exist. */
export const NO_SUCH_MAPPING = 714
/** Error code: another device has the outside port. */
export const PORT_IS_TAKEN = 718

/** Error texts from UPnP Device Architecture 1.1 §3.2.2 and WANIPConnection:2 §2.5. */
const refusals: ReadonlyMap<number, string> = new Map([
  [401, 'it does not know the request'],
  [501, 'it could not do it'],
  [606, 'it lets no program map ports; allow it in the settings of the router'],
  [NO_SUCH_MAPPING, 'there is no such port mapping'],
  [PORT_IS_TAKEN, 'another device has the port'],
  [725, 'it grants only mappings that never end'],
  [728, 'it has no room for another port mapping'],
])

/** One UDP port, as the router forwards it. */
export interface Forward {
  /** The outside port. */
  readonly port: number
  /** The port of this device that the router forwards to. */
  readonly internalPort: number
}

/** A router with UPnP port mappings, at the gateway's address. */
export class Router {
  /** Its `UDN`; empty if it has none. */
  readonly id: string
  readonly #place: Gateway & { readonly url: URL; readonly service: string }

  constructor({ id, ...place }: Gateway & { readonly url: URL; readonly service: string; readonly id: string }) {
    this.id = id
    this.#place = place
  }

  /** The outside IPv4 address. Throws if the router reports none. */
  async externalAddress(signal: AbortSignal): Promise<string> {
    const answer = await this.#call('GetExternalIPAddress', [], signal)
    const [address] = elements(answer, 'NewExternalIPAddress', 1)
    if (address === undefined || !isIPv4(address)) throw new Error('the router does not say its address on the outside')
    return address
  }

  /**
   * Forwards a port to this device for some seconds. Throws `RouterRefusal`. Cannot be cancelled, because the router
   * might still make the mapping after a later removal. Takes a few seconds at most.
   */
  async add({ internalPort, port }: Forward, seconds: number): Promise<void> {
    const values: [string, string | number][] = [
      ...named(port),
      ['NewInternalPort', internalPort],
      ['NewInternalClient', this.#place.own],
      ['NewEnabled', 1],
      ['NewPortMappingDescription', 'Spacedrive'],
      ['NewLeaseDuration', seconds],
    ]
    await this.#call('AddPortMapping', values, new AbortController().signal)
  }

  /**
   * Removes a mapping that was made for `client`, such as `192.168.1.5:4433`. Returns false if there is no such
   * mapping, or if the outside port now leads to another device. Throws `RouterRefusal`.
   */
  async remove(port: number, { client, signal }: { client: string; signal: AbortSignal }): Promise<boolean> {
    try {
      const holder = await this.#holder(port, signal)
      if (holder !== null && holder !== client) return false
      await this.#call('DeletePortMapping', named(port), signal)
      return true
    } catch (err) {
      if (err instanceof RouterRefusal && err.code === NO_SUCH_MAPPING) return false
      throw err
    }
  }

  /** The device and port that an outside port leads to; null if the router does not report it. */
  async #holder(port: number, signal: AbortSignal): Promise<string | null> {
    try {
      const entry = await this.#call('GetSpecificPortMappingEntry', named(port), signal)
      const [client] = elements(entry, 'NewInternalClient', 1)
      const [inside] = elements(entry, 'NewInternalPort', 1)
      return client === undefined || inside === undefined ? null : formatAddress(client, Number(inside))
    } catch (err) {
      // Some routers do not support this request.
      if (err instanceof RouterRefusal && err.code !== NO_SUCH_MAPPING) return null
      throw err
    }
  }

  async #call(action: string, values: readonly (readonly [string, string | number])[], signal: AbortSignal) {
    const { service, url } = this.#place
    const fields = values.map(([name, value]) => `<${name}>${value}</${name}>`).join('')
    const { status, text } = await ask(
      url,
      { ...this.#place, signal },
      {
        headers: { 'content-type': 'text/xml; charset="utf-8"', soapaction: `"${service}#${action}"` },
        body: `<?xml version="1.0"?>\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body><u:${action} xmlns:u="${service}">${fields}</u:${action}></s:Body></s:Envelope>\n`,
      },
    )
    if (status === 200) return text
    const code = Number(elements(text, 'errorCode', 1)[0])
    if (Number.isInteger(code)) throw new RouterRefusal(code)
    throw new Error(`the router answers ${status}`)
  }
}

function named(port: number): [string, string | number][] {
  return [
    ['NewRemoteHost', ''],
    ['NewExternalPort', port],
    ['NewProtocol', 'UDP'],
  ]
}
