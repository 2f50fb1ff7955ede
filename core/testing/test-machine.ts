import type { Machine } from '../src/util/machine.ts'

/** A machine whose battery, load and free space a test sets. */
export interface TestMachine extends Machine {
  onBattery: boolean
  metered: boolean | null
  /** Threads that want to run, on each core. */
  busy: number
  /** Bytes. */
  free: number
}

/** One at the socket, with nothing to do and much room; it is asked each time, and again in no time. */
export function createTestMachine(): TestMachine {
  const machine: TestMachine = {
    onBattery: false,
    metered: null,
    busy: 0,
    free: Number.MAX_SAFE_INTEGER,
    isOnBattery: async () => machine.onBattery,
    isMetered: async () => machine.metered,
    load: () => machine.busy,
    freeBytes: async () => machine.free,
    answersHoldMs: 0,
    lookAgainMs: 20,
  }
  return machine
}
