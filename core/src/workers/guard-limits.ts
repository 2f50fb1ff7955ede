/** The memory limit of a pool's process, and the parent with which it must end. */
export interface GuardLimits {
  readonly parentPid: number
  readonly memoryMiB: number
}

/**
 * The signal with which a process that uses too much memory ends itself. Only the guard thread sends it, so the pool
 * knows the cause.
 */
export const TOO_LARGE: NodeJS.Signals = 'SIGUSR2'
