import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { crc32, deflateSync } from 'node:zlib'
import type { Step } from './steps.ts'

/** Where the two folders of the soak are; on different volumes, if the machine has two. */
export interface Places {
  readonly E: string
  readonly T: string
}

/** The path on the disk, as bytes. */
export function onDisk(places: Places, path: string): Buffer {
  return Buffer.from(absolute(places, path), 'latin1')
}

/** The path on the disk, one character for each byte. */
export function absolute(places: Places, path: string): string {
  return Buffer.from(places[path[0] as keyof Places]).toString('latin1') + path.slice(1)
}

const AT_FDCWD = -100
const RENAME_EXCHANGE = 2

/** Changes the disk. */
export class Disk {
  readonly #places: Places
  readonly #calls = process.getBuiltinModule('node:ffi').dlopen(null, {
    renameat2: { arguments: ['int32', 'buffer', 'int32', 'buffer', 'uint32'], return: 'int32' },
    mkfifo: { arguments: ['buffer', 'uint32'], return: 'int32' },
  }).functions

  constructor(places: Places) {
    this.#places = places
  }

  apply(step: Step): void {
    const at = (path: string) => onDisk(this.#places, path)
    switch (step.op) {
      case 'write':
        return writeFileSync(at(step.path), contentOf(step))
      case 'append':
        return appendFileSync(at(step.path), contentOf(step))
      case 'picture':
        return writeFileSync(at(step.path), pictureOf(step.seed))
      case 'truncate':
        return truncateSync(at(step.path), step.bytes)
      case 'mkdir':
        return mkdirSync(at(step.path), 0o755)
      case 'fifo':
        return this.#check('mkfifo', this.#calls.mkfifo(terminated(at(step.path)), 0o644))
      case 'symlink':
        return symlinkSync(Buffer.from(step.target, 'latin1'), at(step.path))
      case 'link':
        return linkSync(at(step.from), at(step.to))
      case 'remove':
        return rmSync(at(step.path), { recursive: true })
      case 'rename':
        return renameSync(at(step.from), at(step.to))
      case 'exchange': {
        const [from, to] = [terminated(at(step.from)), terminated(at(step.to))]
        return this.#check('renameat2', this.#calls.renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE))
      }
      case 'copy': {
        const { atime, mtime } = lstatSync(at(step.from))
        copyFileSync(at(step.from), at(step.to))
        return utimesSync(at(step.to), atime, mtime)
      }
      case 'mode':
        return chmodSync(at(step.path), step.mode)
      case 'touch':
        return utimesSync(at(step.path), step.mtimeMs / 1_000, step.mtimeMs / 1_000)
    }
  }

  #check(call: string, result: unknown): void {
    if (result !== 0) throw new Error(`${call} failed`)
  }
}

function terminated(path: Buffer): Buffer {
  return Buffer.concat([path, Buffer.alloc(1)])
}

function contentOf({ bytes, path, seed }: { bytes: number; path: string; seed: number }): Buffer {
  // Only what is called a text is one: sidecars are made of texts.
  return Buffer.alloc(bytes, `${path.endsWith('.txt') ? '' : '\0\x01'}content ${seed};\n`)
}

/** A PNG of one colour, 16 pixels wide. */
function pictureOf(seed: number): Buffer {
  const [width, height] = [16, 16]
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const line = Buffer.alloc(1 + width * 3, seed * 8)
  line[0] = 0
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => line)))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
