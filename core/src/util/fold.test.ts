import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldName, foldPieces } from './fold.ts'

test.each([
  ['Holiday Photo.JPG', 'holiday photo.jpg'],
  ['Résumé.pdf', 'resume.pdf'],
  ['Re\u0301sume\u0301.pdf', 'resume.pdf'],
  ['STRASSE', 'strasse'],
  ['Straße', 'strasse'],
  ['ẞ', 'ss'],
  ['Ærøskøbing', 'aeroskobing'],
  ['Łódź', 'lodz'],
  ['ﬁle', 'file'],
  ['ＡＢＣ１', 'abc1'],
  ['İstanbul Iğdır', 'istanbul igdir'],
  ['ΟΔΥΣΣΕΥΣ', 'οδυσσευσ'],
  ['Ёлка', 'елка'],
  ['soft\u00adhyphen\u200b', 'softhyphen'],
  ['हिन्दी', 'हिन्दी'],
])('%s folds to %s', (name, folded) => expect(foldName(name)).toBe(folded))

const names = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.string())

test('folding a folded name changes nothing', () => {
  fc.assert(
    fc.property(names, (name) => {
      expect(foldName(foldName(name))).toBe(foldName(name))
    }),
  )
})

test('the pieces cover the name in order, and join to the folded name', () => {
  fc.assert(
    fc.property(names, (name) => {
      const pieces = foldPieces(name)
      expect(pieces.map((piece) => piece.folded).join('')).toBe(foldName(name))
      expect(pieces.map((piece) => name.slice(piece.start, piece.end)).join('')).toBe(name)
    }),
  )
})
