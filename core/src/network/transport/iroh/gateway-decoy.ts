import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CoreError, errorMessage } from '../../../util/errors.ts'
import type { Logger } from '../../../util/logger.ts'
import { WorkerClient } from '../../../workers/worker-client.ts'
import { inThread, type WorkerEnd } from '../../../workers/worker-link.ts'
import type { DecoyData } from './gateway-decoy-worker.ts'

type DecoyThread = WorkerClient<DecoyData, null>

/** The heap of the thread, in MB. It holds a few lines of text. */
const HEAP_MB = 16

/**
 * Keeps Iroh from asking the router to forward its ports. Iroh does so for every endpoint, its binding has no option to
 * disable it, and the forwards outlive the program. The decoy answers Iroh's search for a router within one or two
 * milliseconds, as a router that refuses every request. Iroh takes the first answer, and routers may take some seconds.
 * Searches of other programs get no answer.
 *
 * A separate thread answers the search, because it must be faster than the router even while the daemon is busy. The
 * pages that Iroh then reads are not urgent.
 */
export class GatewayDecoy implements AsyncDisposable {
  readonly #log: Logger
  #server: Server | null = null
  #thread: DecoyThread | null = null
  #problem: string | null = null

  private constructor(log: Logger) {
    this.#log = log
  }

  /**
   * Starts the decoy. If it cannot answer searches, or cannot recognize those of this process, it sets `problem` and
   * warns.
   */
  static async open(log: Logger): Promise<GatewayDecoy> {
    const decoy = new GatewayDecoy(log)
    await decoy.#open()
    return decoy
  }

  /** The reason why Iroh may ask the router; null: it cannot. */
  get problem(): string | null {
    return this.#problem
  }

  async #open(): Promise<void> {
    try {
      this.#server = await servePages()
      this.#thread = await answerSearches(this.#server, (err) => this.#fail(err))
    } catch (err) {
      this.#fail(err)
    }
  }

  /** Without the thread, no program learns the address of the pages. */
  #fail(err: unknown): void {
    this.#closePages()
    this.#problem = reasonOf(err)
    this.#log.warn(
      { reason: this.#problem },
      'the router may be asked to forward ports of this device; switch UPnP off in the router to prevent that',
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closePages()
    await this.#thread?.end()
  }

  #closePages(): void {
    this.#server?.close()
    this.#server?.closeAllConnections()
    this.#server = null
  }
}

function reasonOf(err: unknown): string {
  const reason = errorMessage(err)
  return reason.includes('EADDRINUSE') ? 'another program has UDP port 1900 for itself' : reason
}

async function servePages(): Promise<Server> {
  const server = createServer((request, response) => {
    const page = request.method === 'GET' ? (request.url === '/service' ? SERVICE : ROUTER) : null
    response.writeHead(page === null ? 500 : 200, { 'content-type': 'text/xml', connection: 'close' }).end(page)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return server.unref()
}

async function answerSearches(server: Server, onEnd: (err: unknown) => void): Promise<DecoyThread> {
  const { port } = server.address() as AddressInfo
  let isListening = false
  const thread: DecoyThread = new WorkerClient({
    worker: inThread({
      entry: new URL('./gateway-decoy-worker.ts', import.meta.url),
      name: 'gateway-decoy',
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 1 },
    }),
    lost: ended,
    onLost: (err) => isListening && onEnd(err),
  })
  try {
    await thread.run({ location: `http://127.0.0.1:${port}/router` })
    isListening = true
    return thread
  } catch (err) {
    await thread.end()
    throw err
  }
}

function ended({ error }: WorkerEnd): CoreError {
  const reason = error === undefined ? 'the thread that answers searches has ended' : errorMessage(error)
  return new CoreError('Internal', reason, { cause: error })
}

/** The smallest description of a router with one connection. */
const ROUTER = `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType><serviceList><service>
<serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>
<SCPDURL>/service</SCPDURL><controlURL>/refused</controlURL>
</service></serviceList></device></deviceList></device></deviceList></device></root>`

const SERVICE = '<?xml version="1.0"?><scpd xmlns="urn:schemas-upnp-org:service-1-0"><actionList></actionList></scpd>'
