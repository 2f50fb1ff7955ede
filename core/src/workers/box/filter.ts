import { numberOn, type Numbers, REFUSED, type SystemCalls } from './system-call.ts'

/** One instruction of a seccomp filter; see seccomp(2). */
export type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number]

/** The instructions for a system call. Every path through them ends with a verdict. */
export type Rule = readonly Instruction[]

/** Constants of bpf(4) and seccomp(2). */
const LOAD_WORD = 0x20
const AND = 0x54
const JUMP_IF_EQUAL = 0x15
const JUMP_IF_AT_LEAST = 0x35
const JUMP_IF_BITS = 0x45
const RETURN = 0x06
const ALLOWED = 0x7fff0000
const KILL_PROCESS = 0x80000000
const FAIL_WITH = 0x50000
const NUMBER_AT = 0
const ARCH_AT = 4
const FIRST_ARGUMENT_AT = 16
const ARGUMENT_BYTES = 8

const SECCOMP: Numbers = { x64: 317, arm64: 277 }
const AUDIT_ARCH: Numbers = { x64: 0xc000003e, arm64: 0xc00000b7 }
const SET_MODE_FILTER = 1
/** System calls of the x32 interface have this bit in their numbers. */
const X32_BIT = 0x40000000
const ENOSYS = 38

const ALLOW: Instruction = [RETURN, 0, 0, ALLOWED]
const REFUSE: Instruction = [RETURN, 0, 0, FAIL_WITH | REFUSED]

/** A rule that makes the call fail with `EPERM`. */
export const refuse: Rule = [REFUSE]
/** A rule that makes the call fail as if the kernel did not have it, so that libraries use an older call. */
export const lack: Rule = [[RETURN, 0, 0, FAIL_WITH | ENOSYS]]

/** Allows only calls whose argument, after `mask`, has one of these values. */
export function only(argument: number, values: readonly number[], mask = 0xffffffff): Rule {
  const jumps = values.map((value, i): Instruction => [JUMP_IF_EQUAL, values.length - i, 0, value])
  return [load(argument), [AND, 0, 0, mask], ...jumps, REFUSE, ALLOW]
}

/** Allows all calls except those whose argument has one of these values. */
export function except(argument: number, values: readonly number[]): Rule {
  const jumps = values.map((value, i): Instruction => [JUMP_IF_EQUAL, values.length - i, 0, value])
  return [load(argument), ...jumps, ALLOW, REFUSE]
}

/** Refuses calls whose argument has any of these bits. */
export function withoutBits(argument: number, bits: number): Rule {
  return [load(argument), [JUMP_IF_BITS, 1, 0, bits], ALLOW, REFUSE]
}

/** Refuses calls whose argument has none of these bits. */
export function withBits(argument: number, bits: number): Rule {
  return [load(argument), [JUMP_IF_BITS, 0, 1, bits], ALLOW, REFUSE]
}

/**
 * For the flags of `open`, whose bits in `mask` say how a file is opened. If they are all zero (for reading only),
 * refuses calls whose argument has any of the `bits`. If they are all one (for neither reading nor writing), refuses
 * all calls.
 */
export function withoutBitsWhereZero(argument: number, { bits, mask }: { bits: number; mask: number }): Rule {
  return [
    load(argument),
    [AND, 0, 0, mask],
    [JUMP_IF_EQUAL, 4, 0, mask],
    [JUMP_IF_EQUAL, 0, 2, 0],
    load(argument),
    [JUMP_IF_BITS, 1, 0, bits],
    ALLOW,
    REFUSE,
  ]
}

/** Whether the system call numbers of this processor are known. */
export function knowsProcessor(): boolean {
  return numberOn(AUDIT_ARCH) !== undefined
}

/** The program of a filter: it applies a rule to each of these system calls, and allows all others. */
export function filterProgram(rules: readonly (readonly [Numbers, Rule])[]): Buffer {
  return Buffer.concat(
    [
      [LOAD_WORD, 0, 0, ARCH_AT] as const,
      [JUMP_IF_EQUAL, 1, 0, numberOn(AUDIT_ARCH)!] as const,
      [RETURN, 0, 0, KILL_PROCESS] as const,
      [LOAD_WORD, 0, 0, NUMBER_AT] as const,
      [JUMP_IF_AT_LEAST, 0, 1, X32_BIT] as const,
      REFUSE,
      ...rules.flatMap(([numbers, rule]) => {
        const number = numberOn(numbers)
        return number === undefined ? [] : [[JUMP_IF_EQUAL, 0, rule.length, number] as const, ...rule]
      }),
      ALLOW,
    ].map(instruction),
  )
}

/**
 * Applies a filter to this thread and everything it starts. This cannot be undone. `flags` are those of seccomp(2);
 * with `ALL_THREADS`, the filter applies to all threads of the process.
 */
export function applyFilter(calls: SystemCalls, program: Buffer, flags = 0): void {
  const header = Buffer.alloc(16)
  header.writeUInt16LE(program.length / 8, 0)
  header.writeBigUInt64LE(calls.addressOf(program), 8)
  const thread = calls.call('seccomp', numberOn(SECCOMP)!, SET_MODE_FILTER, flags, calls.addressOf(header))
  if (thread !== 0) throw new Error(`seccomp: thread ${thread} has a filter of its own`)
}

export const ALL_THREADS = 1

function load(argument: number): Instruction {
  return [LOAD_WORD, 0, 0, FIRST_ARGUMENT_AT + argument * ARGUMENT_BYTES]
}

function instruction([code, ifTrue, ifFalse, value]: Instruction): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(ifTrue, 2)
  bytes.writeUInt8(ifFalse, 3)
  bytes.writeUInt32LE(value >>> 0, 4)
  return bytes
}
