import { writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { CoreError } from '../../../util/errors.ts'
import type { Film } from '../film/film.ts'
import { withFilm } from '../film/with-film.ts'
import type { Make } from '../generator.ts'
import { Grid } from './grid.ts'
import { EXACT_MS } from './limits.ts'
import { isStrip, strips } from './strips.ts'

const QUALITY = 75
/** How early a frame may be if that saves decoding others, as a fraction of the step between frames. */
const NEAR = 0.5
/** Takes half the time of the default, for files that are some 5 % larger. */
const WEBP_EFFORT = 2

/** Makes all strips of a film in one pass. */
export const make: Make = ({ source, outputs }) =>
  withFilm(source, async (film) => {
    const grids = outputs.map(({ variant, path }) => {
      if (!isStrip(variant)) throw new CoreError('InvalidInput', `there is no thumbstrip ${variant}`)
      return { path, grid: new Grid(strips[variant], film.length) }
    })
    const all = grids.map(({ grid }) => grid)
    await fill(all, film)
    for (const { path, grid } of grids) {
      const { data, ...raw } = grid.drawing()
      await writeFile(path, await sharp(data, { raw }).webp({ quality: QUALITY, effort: WEBP_EFFORT }).toBuffer())
    }
    return { engine: film.engine }
  })

async function fill(grids: readonly Grid[], film: Film): Promise<void> {
  const near = Math.min(...grids.map(({ step }) => step)) * NEAR
  await show(grids, film, { moments: grids.flatMap((grid) => grid.moments), near })
  await show(grids, film, { moments: grids.flatMap((grid) => grid.later), near: 0 })
}

async function show(
  grids: readonly Grid[],
  film: Film,
  { moments, near }: { readonly moments: readonly number[]; readonly near: number },
): Promise<void> {
  const inOrder = [...new Set(moments)].toSorted((a, b) => a - b)
  const side = Math.max(...grids.map(({ strip }) => strip.side))
  let at = 0
  for await (const picture of film.pictures(inOrder, { side, near, exactMs: EXACT_MS })) {
    const moment = inOrder[at++]!
    if (picture) for (const grid of grids) await grid.show(moment, picture)
  }
}
