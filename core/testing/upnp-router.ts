import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'

const GROUP = '239.255.255.250'
const GATEWAY = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1'
const SERVICE = 'urn:schemas-upnp-org:service:WANIPConnection:1'

export interface RouterOptions {
  /** The address of the router on the local network. */
  readonly address: string
  /** UDP, where programs search for routers; 0: any free one. */
  readonly searchPort?: number
  readonly externalAddress?: string
  /** Milliseconds before a search is answered; routers may wait for some seconds. */
  readonly answerAfterMs?: number
  /** Called with `search`, and with each request, such as `AddPortMapping UDP 4433 192.168.7.2:4433 3600`. */
  readonly onAsked?: (what: string) => void
  /** Replaces the answers of a router, for one that is hostile or broken. False: the usual answer follows. */
  readonly misbehave?: (request: IncomingMessage, response: ServerResponse) => boolean
  /** The address of its description, if it is not the real one. */
  readonly location?: string
  /** What the router calls itself. */
  readonly udn?: string
  /** A new mapping is made once this has resolved, whether or not the program still waits for it. */
  readonly mayAdd?: Promise<void>
  /** Refuses every new mapping with this code of UPnP. */
  readonly refuseWith?: number
}

export interface RouterMapping {
  /** `192.168.7.2:4433` */
  readonly to: string
  readonly lease: string
}

/** A small real router: it answers searches, describes itself, and keeps port mappings (UPnP IGD:1). */
export class UpnpRouter implements AsyncDisposable {
  /** By protocol and outside port: `UDP 4433`. */
  readonly mappings = new Map<string, RouterMapping>()
  readonly asked: string[] = []
  readonly #options: RouterOptions
  readonly #search = createSocket({ type: 'udp4', reuseAddr: true })
  readonly #answers = createSocket('udp4')
  readonly #pages = createServer((request, response) => void this.#serve(request, response))
  refuseWith: number | null

  private constructor(options: RouterOptions) {
    this.#options = options
    this.refuseWith = options.refuseWith ?? null
  }

  static async open(options: RouterOptions): Promise<UpnpRouter> {
    const router = new UpnpRouter(options)
    await router.#listen()
    return router
  }

  get searchPort(): number {
    return this.#search.address().port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#pages, 'close')
    this.#pages.close()
    this.#pages.closeAllConnections()
    this.#search.close()
    this.#answers.close()
    await closed
  }

  async #listen(): Promise<void> {
    const { address, searchPort = 1_900 } = this.#options
    this.#search.bind(searchPort, '0.0.0.0')
    this.#answers.bind(0, address)
    this.#pages.listen(0, address)
    await Promise.all([this.#search, this.#answers, this.#pages].map((each) => once(each, 'listening')))
    this.#search.addMembership(GROUP, address)
    this.#search.on('message', (message, from) => {
      if (!message.toString('latin1').startsWith('M-SEARCH ')) return
      this.#note('search')
      void setTimeout(this.#options.answerAfterMs).then(() =>
        this.#answers.send(this.#found(), from.port, from.address, () => {}),
      )
    })
  }

  #note(what: string): void {
    this.asked.push(what)
    this.#options.onAsked?.(what)
  }

  #found(): string {
    const { port } = this.#pages.address() as AddressInfo
    const location = this.#options.location ?? `http://${this.#options.address}:${port}/router`
    return `HTTP/1.1 200 OK\r\nST: ${GATEWAY}\r\nLocation: ${location}\r\nUSN: uuid:1::${GATEWAY}\r\n\r\n`
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    if (this.#options.misbehave?.(request, response)) return
    response.setHeader('content-type', 'text/xml; charset="utf-8"')
    if (request.method === 'GET')
      return void response.end(request.url === '/router' ? description(this.#options.udn ?? 'uuid:1') : SCPD)
    const action = /#(\w+)"$/.exec(request.headers['soapaction'] as string)?.[1] ?? ''
    if (action === 'AddPortMapping' && this.#options.mayAdd) {
      this.#note('adding')
      await this.#options.mayAdd
    }
    this.#act(action, body, response)
  }

  #act(action: string, body: string, response: ServerResponse): void {
    const value = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? ''
    const place = `${value('NewProtocol')} ${value('NewExternalPort')}`
    const known = this.mappings.get(place)
    switch (action) {
      case 'GetExternalIPAddress':
        this.#note(action)
        return answer(response, action, { NewExternalIPAddress: this.#options.externalAddress ?? '203.0.113.9' })
      case 'AddPortMapping': {
        const to = `${value('NewInternalClient')}:${value('NewInternalPort')}`
        this.#note(`${action} ${place} ${to} ${value('NewLeaseDuration')}`)
        if (this.refuseWith !== null) return refuse(response, this.refuseWith)
        if (known && !known.to.startsWith(`${value('NewInternalClient')}:`)) return refuse(response, 718)
        this.mappings.set(place, { to, lease: value('NewLeaseDuration') })
        return answer(response, action)
      }
      case 'GetSpecificPortMappingEntry': {
        this.#note(`${action} ${place}`)
        if (!known) return refuse(response, 714)
        const [client = '', port = ''] = known.to.split(':')
        return answer(response, action, { NewInternalPort: port, NewInternalClient: client, NewEnabled: '1' })
      }
      case 'DeletePortMapping':
        this.#note(`${action} ${place}`)
        return this.mappings.delete(place) ? answer(response, action) : refuse(response, 714)
      default:
        this.#note(action)
        return refuse(response, 401)
    }
  }
}

function answer(response: ServerResponse, action: string, values: Readonly<Record<string, string>> = {}): void {
  const fields = Object.entries(values).map(([name, value]) => `<${name}>${value}</${name}>`)
  response.end(envelope(`<u:${action}Response xmlns:u="${SERVICE}">${fields.join('')}</u:${action}Response>`))
}

function refuse(response: ServerResponse, code: number): void {
  const error = `<UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>${code}</errorCode><errorDescription>No</errorDescription></UPnPError>`
  response.writeHead(500)
  response.end(
    envelope(
      `<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>${error}</detail></s:Fault>`,
    ),
  )
}

function envelope(body: string): string {
  return `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>${body}</s:Body></s:Envelope>`
}

const description = (udn: string) => `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device><deviceType>${GATEWAY}</deviceType><UDN>${udn}</UDN>
<serviceList><service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType><SCPDURL>/scpd</SCPDURL><controlURL>/forwarding</controlURL></service></serviceList>
<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType>
<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType>
<serviceList><service><serviceType>${SERVICE}</serviceType><SCPDURL>/scpd</SCPDURL><controlURL>/control?a=1&amp;b=2</controlURL></service></serviceList>
</device></deviceList></device></deviceList></device></root>`

const SCPD = '<?xml version="1.0"?><scpd xmlns="urn:schemas-upnp-org:service-1-0"><actionList></actionList></scpd>'
