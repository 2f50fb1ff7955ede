import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CoreError } from '../../util/errors.ts'
import { formatInvitation, parseInvitation } from './invitation.ts'
import { codeOf, deriveCode, parseCode } from './pairing-code.ts'

const entropy = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')
const words = 'abandon amount liar amount expire adjust cage candy arch gather drum buyer'

test('a code is twelve words of BIP39, however they are typed', () => {
  expect(codeOf(entropy)).toBe(words)
  expect(Buffer.from(parseCode(` ${words.toUpperCase().replaceAll(' ', ',  ')}\n`))).toEqual(entropy)
  expect(
    Buffer.from(
      parseCode(
        words
          .split(' ')
          .map((word, at) => `${at + 1}. ${word}`)
          .join('\n'),
      ),
    ),
  ).toEqual(entropy)
  expect(Buffer.from(parseCode(words.replaceAll(' ', '-')))).toEqual(entropy)
})

test('every code comes back as it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      expect(Buffer.from(parseCode(codeOf(bytes)))).toEqual(Buffer.from(bytes))
    }),
  )
})

test('a word that is in no code is named, with what it may have been', () => {
  const typed = words.replace('liar', 'lair').replace('drum', 'drumm')
  expect(() => parseCode(typed)).toThrow(
    expect.objectContaining({
      code: 'InvalidInput',
      message: expect.stringMatching(
        /^word 3, "lair", is in no code; was it .*; word 11, "drumm", is in no code; was it drum/,
      ),
      details: {
        unknown: [
          expect.objectContaining({ word: 'lair', position: 3 }),
          expect.objectContaining({ word: 'drumm', nearest: expect.arrayContaining(['drum']) }),
        ],
      },
    }),
  )
})

test('too few words, and words in another order, are no code', () => {
  expect(() => parseCode('abandon amount')).toThrow('a pairing code has 12 words; these are 2')
  expect(() => parseCode(words.split(' ').toReversed().join(' '))).toThrow('one word is wrong')
  expect(() => parseCode('x'.repeat(10_000))).toThrow('a pairing code has 12 words')
})

test('whatever is pasted is a code or an error that says why it is none', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      expect(thrownBy(() => parseCode(parseInvitation(text).words))).toSatisfy(
        (err) => err === null || err instanceof CoreError,
      )
    }),
  )
})

test('a QR code holds the words and where the device is', () => {
  const invitation = { words, addresses: ['192.168.1.5:4433', '[fd00::2]:4433'], relay: 'https://relay.example.org/' }
  const text = formatInvitation(invitation)
  expect(text).toMatch(/^spacedrive:pair\?words=abandon-amount-.*&address=192\.168\.1\.5:4433&/)
  expect(parseInvitation(text)).toEqual({ ...invitation, words: words.replaceAll(' ', '-') })
  expect(parseInvitation(words)).toEqual({ words, addresses: [], relay: null })
  expect(() => parseInvitation('spacedrive:pair?address=1.2.3.4:5')).toThrow('this is not a pairing code')
})

// The vectors of docs/protocols/pairing.md.
test('what is derived from the words', () => {
  const { discovery, endpointKey, endpointSeed, secret, session } = deriveCode(entropy)
  expect({ ...hex({ discovery, endpointSeed, secret, session }), endpointKey }).toMatchInlineSnapshot(`
    {
      "discovery": "026c1f5943603cb3c55d6ad470bd43066285f4a65fa6ac4ae1c92eadcdc0705c",
      "endpointKey": "8f8e850b542fa6f8abfe7b4dd4fbefd21df0996cbdd03f22130352b271f9ac07",
      "endpointSeed": "10d8172b2a729555bf850b080335606d54f8f51c9321506922629d482e9b4c28",
      "secret": "f2ffd8f7045c541d0bc2d872d145c55b0c6840a84ff2ab6dbb3977468621ad5c",
      "session": "39c8463f6a9f2c942ae7eed56c86c877",
    }
  `)
})

function hex(of: Record<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries(Object.entries(of).map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]))
}

function thrownBy(run: () => unknown): unknown {
  try {
    run()
    return null
  } catch (err) {
    return err
  }
}
