export type Random = () => number

export interface MutateInput {
  readonly bytes: Uint8Array
  /** Another input of the corpus, to take a piece from. */
  readonly other: Uint8Array
  readonly tokens: readonly Uint8Array[]
  readonly maxBytes: number
  readonly random: Random
}

/** Most changes made to one input. */
const MAX_CHANGES = 5
/** Longest piece that is removed, copied or repeated at once. */
const MAX_PIECE = 64

/** A changed copy: one to a handful of changes, the small ones more often. */
export function mutate(input: MutateInput): Uint8Array {
  let bytes = input.bytes
  const changes = 1 + Math.floor(input.random() ** 2 * MAX_CHANGES)
  for (let i = 0; i < changes; i++) bytes = pick(mutations, input.random)({ ...input, bytes })
  return bytes.subarray(0, input.maxBytes)
}

export function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)]!
}

const mutations: readonly ((input: MutateInput) => Uint8Array)[] = [
  function flipBit({ bytes, random }) {
    return overwritten(bytes, place(bytes, random), (old) => [old ^ (1 << Math.floor(random() * 8))])
  },
  function setByte({ bytes, random }) {
    return overwritten(bytes, place(bytes, random), () => [Math.floor(random() * 256)])
  },
  function setEdgeByte({ bytes, random }) {
    return overwritten(bytes, place(bytes, random), () => [pick([0, 1, 0x7f, 0x80, 0xff], random)])
  },
  function addToByte({ bytes, random }) {
    return overwritten(bytes, place(bytes, random), (old) => [old + Math.floor(random() * 17) - 8])
  },
  function setNumber({ bytes, random }) {
    return overwritten(bytes, place(bytes, random), () => numberBytes(edgeNumber(bytes, random), random))
  },
  function setDigits({ bytes, random }) {
    const at = bytes.findIndex((byte, index) => isDigit(byte) && random() < 0.3 && index >= 0)
    if (at < 0) return bytes
    const end =
      at +
      Math.max(
        1,
        bytes.subarray(at).findIndex((byte) => !isDigit(byte)),
      )
    return joined(bytes.subarray(0, at), Buffer.from(`${edgeNumber(bytes, random)}`), bytes.subarray(end))
  },
  function insertBytes({ bytes, random }) {
    const added = Uint8Array.from({ length: 1 + Math.floor(random() * 4) }, () => Math.floor(random() * 256))
    return inserted(bytes, place(bytes, random), added)
  },
  function insertToken({ bytes, tokens, random }) {
    return tokens.length === 0 ? bytes : inserted(bytes, place(bytes, random), pick(tokens, random))
  },
  function writeToken({ bytes, tokens, random }) {
    return tokens.length === 0 ? bytes : overwritten(bytes, place(bytes, random), () => [...pick(tokens, random)])
  },
  function remove({ bytes, random }) {
    const at = place(bytes, random)
    return joined(bytes.subarray(0, at), bytes.subarray(at + pieceLength(random)))
  },
  function truncate({ bytes, random }) {
    return bytes.subarray(0, place(bytes, random))
  },
  function repeat({ bytes, random }) {
    const at = place(bytes, random)
    const piece = bytes.subarray(at, at + pieceLength(random))
    return inserted(bytes, at, joined(...Array.from({ length: 1 + Math.floor(random() * 3) }, () => piece)))
  },
  function copyWithin({ bytes, random }) {
    const from = place(bytes, random)
    return overwritten(bytes, place(bytes, random), () => [...bytes.subarray(from, from + pieceLength(random))])
  },
  function insertOther({ bytes, other, random }) {
    const from = place(other, random)
    return inserted(bytes, place(bytes, random), other.subarray(from, from + pieceLength(random)))
  },
  function cross({ bytes, other, random }) {
    return joined(bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random)))
  },
]

/** A number that a length, an offset or a count is often compared with. */
function edgeNumber(bytes: Uint8Array, random: Random): number {
  const nearLength = bytes.length + Math.floor(random() * 9) - 4
  return pick(
    [0, 1, -1, 127, 128, 255, 256, 32_767, 65_535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53, nearLength],
    random,
  )
}

function numberBytes(number: number, random: Random): Uint8Array {
  const size = pick([2, 4, 8], random)
  const bytes = new DataView(new ArrayBuffer(8))
  bytes.setBigUint64(0, BigInt.asUintN(64, BigInt(number)))
  const bigEndian = new Uint8Array(bytes.buffer).slice(8 - size)
  return random() < 0.5 ? bigEndian : bigEndian.toReversed()
}

function place(bytes: Uint8Array, random: Random): number {
  return Math.floor(random() * (bytes.length + 1))
}

function pieceLength(random: Random): number {
  return 1 + Math.floor(random() ** 2 * MAX_PIECE)
}

function overwritten(bytes: Uint8Array, at: number, write: (old: number) => Iterable<number>): Uint8Array {
  const copy = Uint8Array.from(bytes)
  const written = Uint8Array.from(write(bytes[at] ?? 0)).subarray(0, Math.max(0, bytes.length - at))
  copy.set(written, at)
  return copy
}

function inserted(bytes: Uint8Array, at: number, added: Uint8Array): Uint8Array {
  return joined(bytes.subarray(0, at), added, bytes.subarray(at))
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts)
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}
