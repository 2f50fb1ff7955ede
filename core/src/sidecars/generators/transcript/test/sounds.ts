import { SAMPLE_RATE } from '../limits.ts'

/** A tone of some seconds, as loud as `loudness` of 1. */
export function tone(seconds: number, { hertz = 440, loudness = 0.3, rate = SAMPLE_RATE } = {}): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => loudness * Math.sin((2 * Math.PI * hertz * i) / rate),
  )
}

export function silence(seconds: number, rate = SAMPLE_RATE): Float32Array {
  return new Float32Array(Math.round(seconds * rate))
}

export function joined(...parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** As engines are given it. */
export function pcm(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (value) => Math.round(value * 32_767))
}

/** Uncompressed sound as a WAV file, the same in all its channels. */
export function wavFile(samples: Float32Array, { rate = SAMPLE_RATE, channels = 1 } = {}): Buffer {
  const data = Buffer.alloc(samples.length * channels * 2)
  for (const [i, value] of samples.entries())
    for (let channel = 0; channel < channels; channel++)
      data.writeInt16LE(Math.round(value * 32_767), (i * channels + channel) * 2)
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + data.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(channels, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate * channels * 2, 28)
  head.writeUInt16LE(channels * 2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(data.length, 40)
  return Buffer.concat([head, data])
}

/** All that comes. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
