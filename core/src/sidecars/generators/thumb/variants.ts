/** Length of the longer side, in pixels, and WebP quality. Smaller originals are not enlarged. */
export const variants = {
  'icon@1x': { side: 128, quality: 80 },
  'icon@2x': { side: 256, quality: 80 },
  'grid@1x': { side: 256, quality: 85 },
  'grid@2x': { side: 512, quality: 85 },
  'grid@3x': { side: 768, quality: 85 },
  'detail@1x': { side: 1024, quality: 90 },
  'detail@2x': { side: 2048, quality: 90 },
} as const

export type Variant = keyof typeof variants

export function isVariant(name: string): name is Variant {
  return Object.hasOwn(variants, name)
}
