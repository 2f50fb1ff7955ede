import { RELAY_TOKEN } from '@spacedrive/relay/token'
import { z } from 'zod'

/** The settings of the daemon, beside those of the engine. */
export const daemonSettings = {
  log: {
    isLive: true,
    schema: z.object({
      level: z
        .enum(['debug', 'info', 'warn', 'error'])
        .default('info')
        .describe('detail of the log: how much the daemon writes to its log'),
      maxBytes: z
        .int()
        .min(65_536)
        .default(10_485_760)
        .describe('size of a log file: a larger file is rotated; in bytes'),
      files: z.int().min(1).max(100).default(5).describe('number of log files: how many rotated log files are kept'),
    }),
  },
  http: {
    isLive: false,
    schema: z.object({
      port: z
        .union([z.literal('off'), z.int().min(0).max(65_535)])
        .default(7_378)
        .describe('port of the explorer: on 127.0.0.1; if it is in use, the next free one; 0: any; off: none'),
      metrics: z.boolean().default(false).describe('metrics: figures for Prometheus at the address /metrics'),
    }),
  },
  relay: {
    isLive: false,
    schema: z.object({
      port: z
        .union([z.literal('off'), z.int().min(1).max(65_535)])
        .default('off')
        .describe(
          'port of the relay: TCP and UDP port of a relay in this daemon, for devices that cannot reach each other; usually 3340; off: no relay',
        ),
      host: z
        .string()
        .min(1)
        .max(253)
        .default('0.0.0.0')
        .describe('address of the relay: address of this machine at which the relay listens'),
      token: z
        .union([z.literal(''), z.string().regex(RELAY_TOKEN)])
        .default('')
        .describe(
          'token of the relay: only devices with this token may use the relay; they set network.relay to http://<this machine>:<port>/<token>; empty: every device may use it',
        ),
    }),
  },
} as const

export type RelaySettings = z.output<typeof daemonSettings.relay.schema>
export type HttpSettings = z.output<typeof daemonSettings.http.schema>
