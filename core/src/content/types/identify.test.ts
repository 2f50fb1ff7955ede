import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../testing/corpus.ts'
import { ole, zip } from '../../../testing/file-types/containers.ts'
import { binaryFixtures, textFixtures } from '../../../testing/file-types/index.ts'
import { aac, flac, id3, mp3 } from '../../../testing/media/index.ts'
import { fileTypeByNumber } from '../../domain/stored-lists.ts'
import { bytesSource } from './byte-source.ts'
import { detectFromExtension } from './detect.ts'
import { Identifier } from './identify.ts'
import { FileTypeRegistry } from './registry.ts'
import { fileTypeTable } from './table/index.ts'

const registry = new FileTypeRegistry()

const fixtures: Record<string, Uint8Array> = {
  ...binaryFixtures,
  ...Object.fromEntries(Object.entries(textFixtures).map(([id, text]) => [id, Buffer.from(text)])),
}

/** The result in short form. */
function identify(bytes: Uint8Array | string, name = '') {
  const { definition, confidence, conflict } = registry.identifyBytes(Buffer.from(bytes), name)
  return { id: definition?.id ?? null, confidence, ...(conflict && { looksLike: conflict.looksLike }) }
}

describe('without a name', () => {
  test.for(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'an interpreter or a type with the name of a property of every object (%s) is an unknown one',
    (name) => {
      expect(identify(`#!/usr/bin/env ${name}\necho\n`).id).toBe('shell')
      expect(identify(zip({ mimetype: name, 'a.txt': 'a' })).id).toBe('zip')
      expect(identify('text', `a.${name}`).id).toBe('text')
    },
  )

  test('more than 120 types have a fixture', () => {
    expect(Object.keys(fixtures).length).toBeGreaterThan(120)
  })

  test.each(Object.entries(fixtures))('%s is known by its bytes', (id, bytes) => {
    const { definition, confidence, conflict } = registry.identifyBytes(bytes)
    expect({ id: definition?.id, sure: confidence >= 85, conflict }).toEqual({ id, sure: true, conflict: null })
  })

  test('bytes that nobody knows are nothing', () => {
    expect(identify(Uint8Array.of(0, 1, 2, 3, 0xff))).toEqual({ id: null, confidence: 0 })
  })

  test('an empty file is nothing', () => {
    expect(identify('')).toEqual({ id: null, confidence: 0 })
  })

  test('a sound behind an ID3 tag is what comes behind the tag', () => {
    const tag = id3({ TIT2: 'x'.repeat(300) })
    expect(identify(Buffer.concat([tag, flac({ samples: 1, tags: {} })]), 'a.flac')).toEqual({
      id: 'flac',
      confidence: 100,
    })
    expect(identify(Buffer.concat([tag, aac({ frames: 2 })]), 'a.aac')).toEqual({ id: 'aac', confidence: 100 })
    expect(identify(Buffer.concat([tag, mp3({ frames: 2, tags: {} })]), 'a.mp3')).toEqual({
      id: 'mp3',
      confidence: 100,
    })
    expect(identify(tag).id).toBe('mp3')
  })

  test('a text in UTF-16 and one in an old encoding are texts', () => {
    expect(identify(Buffer.from('\uFEFFguten Tag', 'utf16le')).id).toBe('text')
    expect(identify(Buffer.from('na\xefve caf\xe9, gar\xe7on', 'latin1')).id).toBe('text')
  })
})

describe('with a name', () => {
  test.each([
    ['name and bytes agree', fixtures['png']!, 'a.png', { id: 'png', confidence: 100 }],
    ['name and text agree', fixtures['svg']!, 'a.svg', { id: 'svg', confidence: 100 }],
    ['bytes without a name', fixtures['png']!, 'a', { id: 'png', confidence: 95 }],
    ['bytes with a name nobody knows', fixtures['png']!, 'a.xyz', { id: 'png', confidence: 95 }],
    ['a name of its own', 'some words', 'a.py', { id: 'python', confidence: 90 }],
    ['a text without a name', fixtures['c']!, 'a', { id: 'c', confidence: 85 }],
    ['an empty file', '', 'a.png', { id: 'png', confidence: 90 }],
    ['an empty file whose extension two types have', '', 'a.ts', { id: 'typescript', confidence: 70 }],
    ['bytes that should say what the name says', Uint8Array.of(0, 1, 2, 3), 'a.png', { id: 'png', confidence: 60 }],
    ['a known whole name', 'all:\n\tcc a.c\n', 'Makefile', { id: 'makefile', confidence: 90 }],
  ])('%s', (_what, bytes, name, expected) => {
    expect(identify(bytes, name)).toEqual(expected)
  })

  test('.ts is a film or a program', () => {
    expect(identify(fixtures['mpegts']!, 'a.ts')).toEqual({ id: 'mpegts', confidence: 100 })
    expect(identify('export const a = 1\n', 'a.ts')).toEqual({ id: 'typescript', confidence: 85 })
  })

  test('.m is Objective-C or MATLAB', () => {
    expect(identify(fixtures['objective-c']!, 'a.m')).toEqual({ id: 'objective-c', confidence: 100 })
    expect(identify('function y = f(x)\n% twice\ny = 2 * x;\nend\n', 'a.m')).toEqual({
      id: 'matlab-code',
      confidence: 100,
    })
  })

  test('.key is a presentation or a key, .obj a mesh or object code', () => {
    expect(identify(fixtures['keynote']!, 'a.key')).toEqual({ id: 'keynote', confidence: 100 })
    expect(identify(fixtures['private-key']!, 'a.key')).toEqual({ id: 'private-key', confidence: 100 })
    expect(identify(fixtures['obj']!, 'a.obj')).toEqual({ id: 'obj', confidence: 100 })
    expect(identify(fixtures['object']!, 'a.obj')).toEqual({ id: 'object', confidence: 100 })
  })
})

describe('a name that contradicts the bytes is told', () => {
  test.each([
    ['a PNG named .jpg', fixtures['png']!, 'a.jpg', { id: 'png', confidence: 95, looksLike: 'png' }],
    ['a program named .pdf', fixtures['exe']!, 'a.pdf', { id: 'exe', confidence: 95, looksLike: 'exe' }],
    [
      'a text named .png',
      'version https://git-lfs.github.com',
      'a.png',
      { id: 'text', confidence: 85, looksLike: 'text' },
    ],
    ['a page named .json', fixtures['html']!, 'a.json', { id: 'html', confidence: 85, looksLike: 'html' }],
    ['rich text named .docx', fixtures['rtf']!, 'a.docx', { id: 'rtf', confidence: 95, looksLike: 'rtf' }],
    ['a zip named .png', fixtures['zip']!, 'a.png', { id: 'zip', confidence: 95, looksLike: 'zip' }],
  ])('%s', (_what, bytes, name, expected) => {
    expect(identify(bytes, name)).toEqual(expected)
  })
})

describe('a name that is only less or more exact contradicts nothing', () => {
  test.each([
    ['a document named .zip', fixtures['docx']!, 'a.zip', { id: 'docx', confidence: 95 }],
    ['a drawing named .xml', fixtures['svg']!, 'a.xml', { id: 'svg', confidence: 85 }],
    ['a zip of pictures named .cbz', fixtures['zip']!, 'a.cbz', { id: 'cbz', confidence: 90 }],
    ['an MP4 named .mov', fixtures['mp4']!, 'a.mov', { id: 'mov', confidence: 100 }],
    ['a template with a page in it', fixtures['html']!, 'a.hbs', { id: 'template', confidence: 90 }],
    ['a note that holds a patch', fixtures['diff']!, 'a.txt', { id: 'text', confidence: 90 }],
    ['a picture named .bin', fixtures['png']!, 'a.bin', { id: 'png', confidence: 95 }],
  ])('%s', (_what, bytes, name, expected) => {
    expect(identify(bytes, name)).toEqual(expected)
  })

  test('sound in a container of films is sound', () => {
    expect(identify(fixtures['m4a']!, 'a.mp4')).toEqual({ id: 'm4a', confidence: 95 })
    expect(identify(fixtures['mp4']!, 'a.m4a')).toEqual({ id: 'm4a', confidence: 100 })
  })
})

describe('what lies far inside', () => {
  test('a large zip is known by its directory', () => {
    const bytes = zip({ 'media/big.bin': Buffer.alloc(100_000), 'word/document.xml': '<x/>' })
    const head = bytes.subarray(0, 8_192)
    const noName = { name: '', extension: '' }
    expect(registry.identifyBytes(head, '', bytes.length).definition?.id).toBe('zip')
    const { definition } = new Identifier(fileTypeTable).identify({ ...bytesSource(bytes), head }, noName)
    expect(definition?.id).toBe('docx')
  })

  test('a compound document is known by a stream in its second sector of names', () => {
    const names = Array.from({ length: 6 }, (_, i) => `Stream ${i}`)
    expect(identify(ole([...names, 'WordDocument'])).id).toBe('doc')
  })
})

test('hostile texts are read once, however they repeat', () => {
  const units = [' ', '\n', '\t', 'a', '#', '# a\n', '/*', '/**/', '<!--', '<!---->', '<a ', '"', '\\', '{', '[', '(']
  units.push('{"a":', '- a\n', 'a: b\n', 'a,b\n', '=\n', '*', 'def f(', 'a = ', 'From: a\n', 'a{', '.a .b ', '[a]\n')
  const start = performance.now()
  for (const unit of units) for (const end of ['', '!', '\n$$']) identify(unit.repeat(16_384 / unit.length) + end)
  // Some milliseconds each; one expression that backtracks without bound would take hours.
  expect(performance.now() - start).toBeLessThan(20_000)
})

test('the type by name is an index of the kinds', () => {
  const kinds = ['a.jpg', 'A.JPG', 'Makefile', '.gitignore', 'a.tar.gz', 'a', 'a.nobody', 'README'].map(
    (name) => fileTypeByNumber[detectFromExtension(name)],
  )
  expect(kinds).toEqual(['image', 'image', 'code', 'config', 'archive', 'unknown', 'unknown', 'text'])
})

test('the fast answer to a name is that of the registry', () => {
  const names = fileTypeTable.flatMap((each) => [
    ...each.names,
    ...each.extensions.map((extension) => `a.${extension}`),
  ])
  const fast = names.map((name) => fileTypeByNumber[detectFromExtension(name.toUpperCase())])
  expect(fast).toEqual(names.map((name) => registry.detectFromExtension(name)?.category))
})

test('the smallest real files of many formats are what their names say', async (context) => {
  if (!corpus) return context.skip(NO_CORPUS)
  const folder = join(corpus, 'small')
  const wrong: string[] = []
  for (const name of readdirSync(folder)) {
    const { definition, conflict } = await registry.identify(join(folder, name))
    const named = registry.detectFromExtension(name)
    if (conflict) wrong.push(`${name} looks like ${conflict.looksLike}`)
    if (named && definition?.category !== named.category) wrong.push(`${name} is ${definition?.id}`)
  }
  expect(wrong).toEqual([])
})

test('real files without their names keep their kind', async (context) => {
  if (!corpus) return context.skip(NO_CORPUS)
  const named = {
    'exif-samples/jpg/Nikon_D70.jpg': 'jpeg',
    'exif-samples/heic/IMG_5195.HEIC': 'heic',
    'speech/jfk.mp3': 'mp3',
  }
  for (const [path, id] of Object.entries(named)) {
    expect(registry.identifyBytes(readFileSync(join(corpus, path))).definition?.id).toBe(id)
  }
})
