export { type ExifFixture, exifBlock, tag } from './exif.ts'
export { bmp, gif, heic, type ImageFixture, jpeg, png, webp } from './images.ts'
export { flac, mp3, wav } from './sounds.ts'
