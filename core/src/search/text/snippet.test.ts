import { expect, test } from 'vitest'
import { phrasesOf } from '../test/texts.ts'
import { FoundPlaces } from './snippet.ts'

function snippet(text: string, query: string): string {
  const { text: shown, ranges } = new FoundPlaces(text, phrasesOf(query)).snippet()
  let end = 0
  let marked = ''
  for (const [from, to] of ranges) {
    marked += `${shown.slice(end, from)}[${shown.slice(from, to)}]`
    end = to
  }
  return marked + shown.slice(end)
}

test.each([
  ['A short text.', 'short', 'A [short] text.'],
  ['  two\n\n lines\twith   space ', 'lines space', 'two [lines] with [space]'],
  ['Le Café\u0301 de la Paix', 'cafe paix', 'Le [Café\u0301] de la [Paix]'],
  ['eﬃcient oﬀice', 'office', 'eﬃcient [oﬀice]'],
  ['nothing of it', 'else', 'nothing of it'],
  ['', 'else', ''],
  ['東京駅前の店', '駅前', '東京[駅前]の店'],
])('of %j for %j: %j', (text, query, expected) => expect(snippet(text, query)).toBe(expected))

test('the piece with the most of what was asked is shown, cut between words', () => {
  const filler = 'lorem ipsum dolor sit amet '.repeat(20)
  const shown = snippet(`invoice ${filler}the invoice of Acme ${filler}acme`, 'invoice acme')
  expect(shown).toMatch(/^…[a-z ]+ the \[invoice\] of \[Acme\] lorem [a-z ]+…$/)
  expect(shown.length).toBeLessThan(200)
})

test('ranges are right where letters fold to more or fewer of them', () => {
  const text = `${'Straße ﬁn '.repeat(60)}Übergröße hier`
  expect(snippet(text, 'ubergrosse')).toMatch(/Straße ﬁn \[Übergröße\] hier$/)
})
