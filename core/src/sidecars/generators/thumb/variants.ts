import type { Config } from '../../../config/index.ts'

/** The length of the longer side, in pixels. Smaller originals are not enlarged. */
export const variants = {
  'icon@1x': { side: 128, family: 'icon' },
  'icon@2x': { side: 256, family: 'icon' },
  'grid@1x': { side: 256, family: 'grid' },
  'grid@2x': { side: 512, family: 'grid' },
  'grid@3x': { side: 768, family: 'grid' },
  'detail@1x': { side: 1024, family: 'detail' },
  'detail@2x': { side: 2048, family: 'detail' },
} as const

export type Variant = keyof typeof variants

/** The default WebP quality. */
const usual = { icon: 80, grid: 85, detail: 90 } as const

export function isVariant(name: string): name is Variant {
  return Object.hasOwn(variants, name)
}

/** The WebP quality of a variant, from the settings of the generator. */
export function qualityOf(variant: Variant, settings: unknown): number {
  const { family } = variants[variant]
  return (settings as Config['thumbnails'] | null)?.[`${family}Quality`] ?? usual[family]
}
