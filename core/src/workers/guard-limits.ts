/** What a process of a pool may not outgrow, and whom it may not outlive. */
export interface GuardLimits {
  readonly parentPid: number
  readonly memoryMiB: number
}

/** The signal a process that grew too large ends itself with: nothing else sends it, so the pool knows why it died. */
export const TOO_LARGE: NodeJS.Signals = 'SIGUSR2'
