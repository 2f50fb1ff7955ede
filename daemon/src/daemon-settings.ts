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
} as const

export type HttpSettings = z.output<typeof daemonSettings.http.schema>
