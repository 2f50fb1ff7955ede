/** Chroma formats by their number in H.264, H.265 and AV1. */
const chromas = ['gray', 'yuv420p', 'yuv422p', 'yuv444p']

export interface PixelConfig {
  /** In the notation of WebCodecs: `avc1.64001f`, `vp09.02.10.10.01`. */
  readonly codec: string
  /** The decoder configuration from the container. */
  readonly description?: Uint8Array | undefined
  /** The colour matrix, by its WebCodecs name. */
  readonly matrix?: string | null | undefined
}

/** The pixel format of a video, by ffmpeg's name; null if the configuration does not state it. */
export function pixelFormat({ codec, description, matrix }: PixelConfig): string | null {
  const found = chromaOf(codec, description)
  if (!found || !chromas[found.chroma]) return null
  const planes = matrix === 'rgb' && found.chroma === 3 ? 'gbrp' : chromas[found.chroma]
  return found.depth > 8 ? `${planes}${found.depth}le` : planes!
}

function chromaOf(codec: string, description: Uint8Array | undefined): { chroma: number; depth: number } | null {
  const parts = codec.split('.')
  const [name] = parts as [string]
  switch (name) {
    case 'avc1':
    case 'avc3':
      return avc(Number.parseInt(parts[1]?.slice(0, 2) ?? '', 16), description)
    case 'hvc1':
    case 'hev1':
      // ISO/IEC 14496-15, 8.3.3.1.
      return description && description.length > 17
        ? { chroma: description[16]! & 3, depth: 8 + (description[17]! & 7) }
        : null
    case 'vp8':
      return { chroma: 1, depth: 8 }
    case 'vp09':
      return { chroma: Math.max(1, Number(parts[4] ?? 1)), depth: Number(parts[3]) }
    case 'av01':
      return av1(parts)
    default:
      return null
  }
}

/** Profiles of H.264 that allow only chroma 4:2:0 and 8 bits. */
const plainAvcProfiles = [66, 77, 88, 100]

/** Reads chroma and depth from the configuration, where they follow the parameter sets (ISO/IEC 14496-15, 5.3.3.1). */
function avc(profile: number, description: Uint8Array | undefined): { chroma: number; depth: number } | null {
  if (plainAvcProfiles.includes(profile)) return { chroma: 1, depth: 8 }
  if (!description || description.length < 7) return null
  let at = 6
  const skip = (count: number) => {
    for (let i = 0; i < count; i++) at += 2 + ((description[at] ?? 0) << 8) + (description[at + 1] ?? 0)
  }
  skip(description[5]! & 31)
  const pictureSets = description[at++] ?? 0
  skip(pictureSets)
  return at + 1 < description.length ? { chroma: description[at]! & 3, depth: 8 + (description[at + 1]! & 7) } : null
}

/**
 * Parses `av01.<profile>.<level>.<depth>.<grey>.<chroma>`. The last two parts may be missing; then the usual values
 * apply.
 */
function av1([, profile, , depth, grey, chroma]: readonly string[]): { chroma: number; depth: number } {
  const byProfile = profile === '1' ? 3 : profile === '2' ? 2 : 1
  const stated = { '11': 1, '10': 2, '00': 3 }[chroma?.slice(0, 2) ?? '']
  return { chroma: grey === '1' ? 0 : (stated ?? byProfile), depth: Number(depth) }
}
