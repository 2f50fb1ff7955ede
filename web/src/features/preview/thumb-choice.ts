import type { Sidecar } from '@spacedrive/core/domain'

/** Thumbnails by the length of their longer side in pixels, the smallest first. */
const sides = [
  ['icon@1x', 128],
  ['icon@2x', 256],
  ['grid@1x', 256],
  ['grid@2x', 512],
  ['grid@3x', 768],
  ['detail@1x', 1024],
  ['detail@2x', 2048],
] as const

/** Of the thumbnails that are there the smallest that fills so many pixels, or else the largest; undefined where there is none. */
export function thumbFor(sidecars: readonly Sidecar[], pixels: number): Sidecar | undefined {
  const there = sides.flatMap(([variant, side]) => {
    const sidecar = sidecars.find((each) => each.kind === 'thumb' && each.variant === variant)
    return sidecar?.state === 'ready' ? [{ sidecar, side }] : []
  })
  return (there.find(({ side }) => side >= pixels) ?? there.at(-1))?.sidecar
}
