/** Sound is decoded at this rate, in samples per second: enough for a picture, and the least that every browser has. */
const PICTURE_RATE = 8_000

/** How loud each of `count` equal parts of a sound is at most, 0 to 1; the loudest part has 1, and silence only 0. */
export function peaksOf(channels: readonly Float32Array[], count: number): number[] {
  const length = channels[0]?.length ?? 0
  const peaks = Array.from({ length: count }, (_, part) => {
    const [from, to] = [Math.floor((part * length) / count), Math.floor(((part + 1) * length) / count)]
    let peak = 0
    for (const samples of channels) for (let i = from; i < to; i++) peak = Math.max(peak, Math.abs(samples[i]!))
    return peak
  })
  const loudest = Math.max(...peaks)
  return loudest === 0 ? peaks : peaks.map((peak) => peak / loudest)
}

/** Decodes a whole recording with the decoder of the browser. */
export async function decodePeaks(bytes: ArrayBuffer, count: number): Promise<number[]> {
  const context = new OfflineAudioContext({ numberOfChannels: 1, length: 1, sampleRate: PICTURE_RATE })
  const sound = await context.decodeAudioData(bytes)
  const channels = Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i))
  return peaksOf(channels, count)
}
