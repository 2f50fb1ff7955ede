import assert from 'node:assert/strict'
import { HeifItems } from '../../../core/src/sidecars/generators/thumb/decoders/heif/heif-items.ts'
import { heic } from '../../../core/testing/media/index.ts'
import { type FuzzTarget, readOrRefuse } from '../target.ts'

const MAX_ITEM_ID = 8

export const target: FuzzTarget = {
  reads: 'HEIF pictures: boxes, items, properties, references',
  guides: ['core/src/sidecars/generators/thumb/decoders/heif/heif-items.ts'],
  maxBytes: 900,
  tokens: [
    'meta',
    'pitm',
    'iinf',
    'infe',
    'iref',
    'dimg',
    'auxl',
    'iprp',
    'ipco',
    'ipma',
    'ispe',
    'irot',
    'imir',
    'clap',
    'colr',
    'nclx',
    'prof',
    'iloc',
    'idat',
  ],
  seeds: () => [heic({ width: 30, height: 20, turns: 1 }), heic({ width: 8, height: 8, exif: Buffer.from('II*\0') })],
  async run(bytes) {
    const opened = await readOrRefuse(() => new HeifItems(Buffer.from(bytes)), { codes: ['Corrupt'] })
    if ('refused' in opened) return opened.refused
    const items = opened.value
    const ids = [items.primary, ...Array.from({ length: MAX_ITEM_ID }, (_, id) => id)]
    const said = ids.map(async (id) => {
      items.alphaOf(id)
      items.profile(id)
      items.colourCode(id)
      for (const turn of items.turns(id)) {
        const numbers = 'crop' in turn ? Object.values(turn.crop) : []
        assert.ok(numbers.every(Number.isFinite), 'a crop that is no number')
      }
      const size = await readOrRefuse(() => items.size(id), { codes: ['Corrupt'] })
      const data = await readOrRefuse(() => items.bytes(id), { codes: ['Corrupt', 'Unsupported'] })
      return `${items.type(id) ?? ''}${'value' in size}${'value' in data}`
    })
    return [...new Set(await Promise.all(said))].join()
  },
}
