import { useQuery } from '@tanstack/react-query'
import { deviceOf } from '../../format/index.ts'
import type { ShownFile } from './use-file.ts'
import { problemOf } from './use-sidecar-json.ts'
import { decodePeaks } from './waveform-peaks.ts'

/** The browser decodes a recording as a whole: up to 0.4 MB of memory for each second, until the picture is drawn. */
const MAX_MINUTES = 10
const MAX_BYTES = 32_000_000
/** Bars of the picture. */
export const WAVEFORM_BARS = 160
const KEPT_MS = 60_000

export type Waveform =
  | { readonly name: 'waiting' }
  | { readonly name: 'drawn'; readonly peaks: readonly number[] }
  /** Longer or larger than the limits. */
  | { readonly name: 'large'; readonly maxMinutes: number; readonly maxBytes: number }
  /** The recording is on another device, or its sound cannot be decoded. */
  | { readonly name: 'none' }

/** How loud a recording is over time. `durationMs` is undefined until the player knows it. */
export function useWaveform({ entry, url }: ShownFile, durationMs: number | undefined): Waveform {
  const isLarge = entry.size > MAX_BYTES || (durationMs !== undefined && durationMs > MAX_MINUTES * 60_000)
  // A preview must not fetch whole files from other devices.
  const isHere = deviceOf(entry.path) === null
  const { data, isError } = useQuery({
    queryKey: ['waveform', url],
    enabled: url !== null && isHere && !isLarge && durationMs !== undefined,
    gcTime: KEPT_MS,
    retry: false,
    queryFn: async ({ signal }) => {
      const answer = await fetch(url!, { signal })
      if (!answer.ok) throw await problemOf(answer)
      if (Number(answer.headers.get('content-length')) > MAX_BYTES) throw new Error('the file has grown past the limit')
      return decodePeaks(await answer.arrayBuffer(), WAVEFORM_BARS)
    },
  })
  if (data) return { name: 'drawn', peaks: data }
  if (isLarge) return { name: 'large', maxMinutes: MAX_MINUTES, maxBytes: MAX_BYTES }
  return isError || !isHere ? { name: 'none' } : { name: 'waiting' }
}
