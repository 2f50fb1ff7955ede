/** An inode in the form of the rows: a number if a double holds it exactly, otherwise its 8 bytes, big-endian. */
export type Inode = number | Uint8Array

export function toInode(inode: bigint): Inode {
  if (inode >= 0n && inode <= MAX_SAFE) return Number(inode)
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt.asUintN(64, inode))
  return new Uint8Array(bytes)
}

/** A value for comparisons and map keys. */
export function inodeKey(inode: Inode): number | string {
  return typeof inode === 'number' ? inode : Buffer.from(inode).toString('hex')
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)
