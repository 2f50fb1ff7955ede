// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest'
import { isElsewhere, markdownHtml, MAX_MARKDOWN, type MarkdownLinks, place } from './read-markdown.ts'
import { relativePath } from './relative-path.ts'

const links: MarkdownLinks = {
  filePath: (href) => relativePath('/books/whale.md', href),
  pictureUrl: (src) => (src.endsWith('.png') ? `/media/${src}` : null),
}

/** The rendered text without its sanitiser, which only a real browser runs (`e2e/web/readable.spec.ts`). */
function rendered(text: string): HTMLElement {
  const holder = document.createElement('div')
  holder.innerHTML = markdownHtml(text)
  place(holder, links)
  return holder
}

function element(text: string, selector: string): Element | null {
  return rendered(text).querySelector(selector)
}

describe('a rendered text', () => {
  test('headings have the names by which links call them, also where two are equal', () => {
    const found = rendered('# The End!\n\n## The end\n\n# Über uns')
    expect([...found.querySelectorAll('h1, h2')].map(({ id }) => id)).toEqual(['the-end', 'the-end-1', 'über-uns'])
  })

  test('tables, lists of tasks and code are rendered', () => {
    expect(element('| a |\n|---|\n| b |', 'td')?.textContent).toBe('b')
    expect(rendered('- [x] done\n- [ ] open').textContent).toContain('☑ done')
    expect(rendered('- [x] done\n- [ ] open').textContent).toContain('☐ open')
    expect(element('```js\nlet x\n```', 'pre code')?.textContent).toBe('let x\n')
  })

  test('a picture beside the file is shown, and any other is replaced by its words', () => {
    expect(element('![a dot](img/dot.png)', 'img')?.getAttribute('src')).toBe('/media/img/dot.png')
    expect(element('![spy](https://example.com/x.png)', 'img')).toBeNull()
    expect(element('![spy](https://example.com/x.png)', '.no-picture')?.textContent).toBe('spy')
    expect(element('![](//example.com/x.png)', '.no-picture')?.textContent).toBe('x.png')
    expect(element('![drawing](x.eps)', '.no-picture')?.textContent).toBe('drawing')
  })

  test('a link to a file has its path, one to the web is kept, and any other leads nowhere', () => {
    expect(element('[x](../log/day%201.md#top)', 'a')?.getAttribute('data-path')).toBe('/log/day 1.md')
    expect(element('[x](https://example.com/)', 'a')?.getAttribute('rel')).toBe('noopener noreferrer')
    expect(element('[x](#part)', 'a')?.getAttribute('href')).toBe('#part')
    expect(element('[x](/etc/passwd)', 'a')?.hasAttribute('href')).toBe(false)
    expect(element('[x](file:///etc/passwd)', 'a')?.hasAttribute('href')).toBe(false)
  })

  test('the header of settings is shown as code', () => {
    expect(element('---\ntitle: x\n---\n# y', 'pre code')?.textContent).toBe('title: x\n')
    expect(element('a\n\n---\n\nb', 'hr')).not.toBeNull()
  })

  test('what is beyond the limit is not rendered', () => {
    expect(markdownHtml(`${'a\n'.repeat(MAX_MARKDOWN / 2)}beyond`)).not.toContain('beyond')
  })

  test('a text that is nested too deeply throws a RangeError', () => {
    expect(() => markdownHtml('> '.repeat(50_000))).toThrow(RangeError)
  })
})

test.each([
  ['https://example.com/', true],
  ['//example.com/x', true],
  ['data:image/png;base64,x', true],
  ['\\\\host\\share', true],
  ['img/a.png', false],
  ['../a.png', false],
  ['a:b.png', true],
])('%s is elsewhere: %s', (address, expected) => {
  expect(isElsewhere(address)).toBe(expected)
})

test.each([
  ['/a/b.md', 'c.png', '/a/c.png'],
  ['/a/b.md', './x/../c%20d.png?raw#top', '/a/c d.png'],
  ['/a/b.md', '../c.png', '/c.png'],
  ['/a/b.md', '../../../c.png', null],
  ['/a/b.md', '/c.png', null],
  ['/a/b.md', '%00.png', null],
  ['/a/b.md', '%zz.png', null],
  ['/a/b.md', '#top', null],
  ['local://bob/a/b.md', 'c.png', 'local://bob/a/c.png'],
  ['C:\\a\\b.md', 'c.png', 'C:\\a/c.png'],
  ['base64:AAA', 'c.png', null],
])('from %s, %s is %s', (path, address, expected) => {
  expect(relativePath(path, address)).toBe(expected)
})
