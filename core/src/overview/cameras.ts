import type { ReadDatabase } from '../db/sqlite.ts'
import { foldName } from '../util/fold.ts'
import { nearest } from '../util/nearest.ts'

/** The names of all cameras whose photos and films the library has. */
export function readCameras(db: ReadDatabase): string[] {
  const rows = db
    .prepare(
      `select camera_make as make, camera_model as model from image_media
       union select camera_make, camera_model from video_media`,
    )
    .all()
  const names = rows.flatMap(({ make, model }) => cameraName(textOf(make), textOf(model)) ?? [])
  return [...new Set(names)]
}

/**
 * The maker and the model of a camera. If the model contains the maker, the maker is not repeated. Null if neither is
 * known.
 */
export function cameraName(make: string | null, model: string | null): string | null {
  const [maker, name] = [make?.trim() ?? '', model?.trim() ?? '']
  if (name === '' || name.toLowerCase().startsWith(maker.toLowerCase())) return name || maker || null
  return `${maker} ${name}`.trim()
}

/**
 * The cameras that a user means: the one of this name, or else those whose names contain all the words. Upper and lower
 * case are equal.
 */
export function camerasCalled(typed: string, cameras: readonly string[]): string[] {
  if (cameras.includes(typed)) return [typed]
  const wanted = foldName(typed.trim())
  const same = cameras.filter((camera) => foldName(camera) === wanted)
  if (same.length > 0) return same
  const words = wordsOf(wanted)
  return cameras.filter((camera) => words.every((word) => foldName(camera).includes(word)))
}

/** The cameras whose names, or words of them, are similar to a name that no camera has. */
export function camerasLike(typed: string, cameras: readonly string[]): string[] {
  const wanted = foldName(typed.trim())
  const byFolded = new Map(cameras.map((camera) => [foldName(camera), camera]))
  const similar = nearest(wanted, [...byFolded.keys()])
  const folded =
    similar.length > 0
      ? similar
      : [...byFolded.keys()].filter((camera) => {
          const words = wordsOf(camera)
          return wordsOf(wanted).every((word) => camera.includes(word) || nearest(word, words).length > 0)
        })
  return folded.slice(0, MAX_SIMILAR).map((camera) => byFolded.get(camera)!)
}

/** More suggestions would not help. */
const MAX_SIMILAR = 3

function wordsOf(folded: string): string[] {
  return folded.split(/\s+/).filter((word) => word !== '')
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
