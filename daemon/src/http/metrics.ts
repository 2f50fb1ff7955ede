import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Core } from '@spacedrive/core'
import type { Connections } from '../connections.ts'

export interface MetricsDeps {
  readonly core: Core
  readonly connections: Connections
}

const NANOSECONDS = 1e9

/** Figures for Prometheus (text format 0.0.4). Nothing is measured before it is made. */
export class Metrics implements Disposable {
  readonly #deps: MetricsDeps
  readonly #delay = monitorEventLoopDelay({ resolution: 20 })
  readonly #requests = new Map<string, number>()

  constructor(deps: MetricsDeps) {
    this.#deps = deps
    this.#delay.enable()
  }

  /** `status`: of an answer, such as 404. */
  count(method: string, status: number): void {
    const labels = `method="${method}",status="${Math.floor(status / 100)}xx"`
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1)
  }

  text(): string {
    const { connections, core } = this.#deps
    const { jobs, libraries, uptimeMs, version } = core.status()
    const { heapUsed, rss } = process.memoryUsage()
    const { system, user } = process.cpuUsage()
    const counted = [...this.#requests].map(([labels, count]) => `{${labels}} ${count}`)
    return [
      ...metric('spacedrive_info', 'gauge', 'the version that runs', [`{version="${version}"} 1`]),
      ...metric('spacedrive_uptime_seconds', 'gauge', 'since the engine was opened', [` ${uptimeMs / 1_000}`]),
      ...metric('process_resident_memory_bytes', 'gauge', 'resident memory', [` ${rss}`]),
      ...metric('nodejs_heap_used_bytes', 'gauge', 'heap in use', [` ${heapUsed}`]),
      ...metric('process_cpu_seconds_total', 'counter', 'processor time', [` ${(system + user) / 1e6}`]),
      ...metric('nodejs_eventloop_delay_seconds', 'gauge', 'how late the event loop is', [
        `{quantile="0.5"} ${this.#delay.percentile(50) / NANOSECONDS}`,
        `{quantile="0.99"} ${this.#delay.percentile(99) / NANOSECONDS}`,
      ]),
      ...metric('spacedrive_libraries', 'gauge', 'libraries that are known', [` ${libraries}`]),
      ...metric('spacedrive_jobs', 'gauge', 'jobs of the open libraries', [
        `{state="running"} ${jobs.running}`,
        `{state="queued"} ${jobs.queued}`,
        `{state="paused"} ${jobs.paused}`,
      ]),
      ...metric('spacedrive_events_total', 'counter', 'events that were sent', [` ${core.events.lastSeq}`]),
      ...metric('spacedrive_connections', 'gauge', 'clients that are connected', [
        `{kind="socket"} ${connections.count('socket')}`,
        `{kind="websocket"} ${connections.count('websocket')}`,
      ]),
      ...metric('spacedrive_http_requests_total', 'counter', 'requests that were answered', counted),
      '',
    ].join('\n')
  }

  [Symbol.dispose](): void {
    this.#delay.disable()
  }
}

function metric(name: string, type: 'counter' | 'gauge', help: string, values: readonly string[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...values.map((value) => `${name}${value}`)]
}
