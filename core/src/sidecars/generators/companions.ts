import type { CompanionKind } from './generator.ts'

/** The videos of Live Photos, which belong to a photo. */
export const livePhotoVideos: CompanionKind = {
  kind: 'live-photo-video',
  number: 7,
  folder: 'live',
  label: 'Videos of Live Photos',
  phase: 'Pairing live photos',
  usual: { desktop: 'on', mobile: 'on' },
  priority: 0,
  search: null,
  preview: null,
  origin: 'user',
}

/** XMP files, which other programs write beside a photo. */
export const xmpFiles: CompanionKind = {
  kind: 'xmp',
  number: 8,
  folder: 'xmp',
  label: 'XMP files',
  phase: 'Reading XMP files',
  usual: { desktop: 'on', mobile: 'on' },
  priority: 0,
  search: null,
  preview: null,
  origin: 'user',
}
