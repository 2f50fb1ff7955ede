import { constants } from 'node:os'
import { getSystemErrorMessage } from 'node:util'

/** Makes system calls for which Node has no function. Each argument is a number, or the address of a buffer's bytes. */
export class SystemCalls {
  readonly #ffi = process.getBuiltinModule('node:ffi')
  readonly #library = this.#ffi.dlopen(null, {
    syscall: { return: 'int64', arguments: ['int64', 'uint64', 'uint64', 'uint64', 'uint64', 'uint64'] },
    __errno_location: { return: 'pointer', arguments: [] },
  })

  /** Throws with the system's error message if the call fails. */
  call(name: string, number: number, ...given: readonly (number | bigint)[]): number {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = given
    const { __errno_location: errno, syscall } = this.#library.functions
    const result = Number(syscall(BigInt(number), BigInt(a), BigInt(b), BigInt(c), BigInt(d), BigInt(e)))
    if (result >= 0) return result
    throw new Error(`${name}: ${getSystemErrorMessage(-this.#ffi.getInt32(errno()))}`)
  }

  /** The address of the buffer's bytes, valid as long as the buffer exists. */
  addressOf(bytes: Buffer): bigint {
    return this.#ffi.getRawPointer(bytes)
  }
}

/** A number that depends on the processor, such as that of a system call. */
export interface Numbers {
  readonly x64?: number
  readonly arm64?: number
}

/** The number for this processor; undefined if it has none. */
export function numberOn(numbers: Numbers): number | undefined {
  return numbers[process.arch as 'x64' | 'arm64']
}

/** The error code of a refused call. */
export const REFUSED = constants.errno.EPERM

/** Calls that a process makes when it enters its box. Its filter then limits them. */
export const CLONE: Numbers = { x64: 56, arm64: 220 }
export const FCNTL: Numbers = { x64: 72, arm64: 25 }
export const PRCTL: Numbers = { x64: 157, arm64: 167 }
export const PRLIMIT64: Numbers = { x64: 302, arm64: 261 }
/** See fcntl(2): sets the flags of a descriptor. */
export const SET_FLAGS = 2
/** See prctl(2). */
export const SET_PARENT_DEATH_SIGNAL = 1
/** The process id that means the caller; see prlimit(2). */
export const ITSELF = 0
