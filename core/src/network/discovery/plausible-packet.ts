/** Bytes of the header of a DNS packet (RFC 1035 §4.1.1), of the shortest question, and of the shortest record. */
const HEAD_BYTES = 12
const QUESTION_BYTES = 5
const RECORD_BYTES = 11

/**
 * Whether a packet is long enough for the number of records that its header announces. The library that reads packets
 * trusts the header: a hundred bytes that announce fifty thousand records would keep this device busy for a tenth of a
 * second.
 */
export function isPlausiblePacket(packet: Uint8Array): boolean {
  if (packet.length < HEAD_BYTES) return false
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length)
  const records = view.getUint16(6) + view.getUint16(8) + view.getUint16(10)
  return HEAD_BYTES + view.getUint16(4) * QUESTION_BYTES + records * RECORD_BYTES <= packet.length
}
