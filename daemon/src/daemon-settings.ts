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
        .describe('how much the daemon writes to its log'),
      maxBytes: z.int().min(65_536).default(10_485_760).describe('size at which a log file is rotated, in bytes'),
      files: z.int().min(1).max(100).default(5).describe('how many rotated log files are kept'),
    }),
  },
  http: {
    isLive: false,
    schema: z.object({
      port: z
        .union([z.literal('off'), z.int().min(0).max(65_535)])
        .default(7_378)
        .describe('port of the explorer on 127.0.0.1, or the next one that is free; 0: any; off: none'),
      metrics: z.boolean().default(false).describe('answer at /metrics with figures for Prometheus'),
    }),
  },
  relay: {
    isLive: false,
    schema: z.object({
      port: z
        .union([z.literal('off'), z.int().min(1).max(65_535)])
        .default('off')
        .describe(
          'port of a relay that the daemon runs for devices that cannot reach each other, TCP and UDP, usually 3340; off: none',
        ),
      host: z
        .string()
        .min(1)
        .max(253)
        .default('0.0.0.0')
        .describe('address of this machine at which the relay listens'),
      token: z
        .union([z.literal(''), z.string().regex(RELAY_TOKEN)])
        .default('')
        .describe(
          'devices need this token to use the relay: they set network.relay to http://<this machine>:<port>/<token>; empty: every device may use it',
        ),
    }),
  },
} as const

export type RelaySettings = z.output<typeof daemonSettings.relay.schema>
export type HttpSettings = z.output<typeof daemonSettings.http.schema>
