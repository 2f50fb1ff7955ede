/** Chroma as H.264, H.265 and AV1 count it. */
const chromas = ['gray', 'yuv420p', 'yuv422p', 'yuv444p']

export interface PixelConfig {
  /** As WebCodecs write it: `avc1.64001f`, `vp09.02.10.10.01`. */
  readonly codec: string
  /** The decoder's configuration as the container keeps it. */
  readonly description?: Uint8Array | undefined
  /** The matrix that turns it into red, green and blue, as WebCodecs name it. */
  readonly matrix?: string | null | undefined
}

/** How the pixels of a video are kept, as ffmpeg names it; null where its configuration does not say it. */
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

/** Profiles of H.264 that have no other chroma than 4:2:0, and no more than 8 bits. */
const plainAvcProfiles = [66, 77, 88, 100]

/** The configuration says it behind the parameter sets (ISO/IEC 14496-15, 5.3.3.1). */
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

/** `av01.<profile>.<level>.<depth>.<grey>.<chroma>`; the last two are left out where they are the usual ones. */
function av1([, profile, , depth, grey, chroma]: readonly string[]): { chroma: number; depth: number } {
  const byProfile = profile === '1' ? 3 : profile === '2' ? 2 : 1
  const stated = { '11': 1, '10': 2, '00': 3 }[chroma?.slice(0, 2) ?? '']
  return { chroma: grey === '1' ? 0 : (stated ?? byProfile), depth: Number(depth) }
}
