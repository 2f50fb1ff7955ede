import { closeSync, openSync, writeSync } from 'node:fs'

/** What a toy says, whatever it hears. */
export interface ToyScript {
  readonly words: readonly string[]
  /** Even hundredths only: Whisper counts time in steps of 20 ms. */
  readonly endSeconds: number
}

/** The size of a model. The time and memory of a run depend on nothing else. */
export interface ToySize {
  /** More than there are words in the script. */
  readonly state: number
  readonly heads: number
  readonly layers: number
}

/** As small as whisper.cpp takes. */
const SMALLEST: ToySize = { state: 64, heads: 1, layers: 4 }
/** As large as the models called base. */
export const BASE: ToySize = { state: 512, heads: 8, layers: 6 }
const MELS = 80
const AUDIO_CONTEXT = 1_500
const TEXT_CONTEXT = 448
/** Of models that know one language: words, then signs. */
const VOCABULARY = 51_864
const WORDS = 50_256
const END = 50_256
const FIRST_TIME = 50_363
const SECONDS_PER_TIME = 0.02
/** Tokens before it are bytes. */
const FIRST_WORD = 1_000
/** whisper.cpp looks for the token of a space. */
const SPACE = 220

/**
 * Writes a whole model of whisper.cpp that says what is in the script, whatever it hears. All layers pass on what they
 * are given; a place in the text has a sign of its own, and the token that is due there has the same.
 */
export function writeToyWhisper(file: string, { words, endSeconds }: ToyScript, size: ToySize = SMALLEST): void {
  const { state, heads, layers } = size
  const script = [FIRST_TIME, ...words.map((_, i) => FIRST_WORD + i), timeToken(endSeconds), END]
  if (script.length >= state) throw new Error('the script is too long for the model')
  const fd = openSync(file, 'w')
  const write = (bytes: NodeJS.ArrayBufferView) => void writeSync(fd, bytes)
  const numbers = (...values: number[]) => write(Int32Array.from(values))
  const tensor = (name: string, sizes: readonly number[], fill?: (values: Float32Array | Uint16Array) => void) => {
    const isHalf = name.endsWith('weight') && sizes.length > 1
    const count = sizes.reduce((product, each) => product * each, 1)
    const values = isHalf ? new Uint16Array(count) : new Float32Array(count)
    fill?.(values)
    numbers(sizes.length, name.length, isHalf ? 1 : 0, ...sizes)
    write(Buffer.from(name))
    write(values)
  }
  const ones = (values: Float32Array | Uint16Array) => void values.fill(1)
  const dense = (name: string, inputs: number, outputs: number, bias = true) => {
    tensor(`${name}.weight`, [inputs, outputs])
    if (bias) tensor(`${name}.bias`, [outputs])
  }
  const norm = (name: string) => {
    tensor(`${name}.weight`, [state], ones)
    tensor(`${name}.bias`, [state])
  }
  const attention = (name: string) => {
    norm(`${name}_ln`)
    dense(`${name}.query`, state, state)
    dense(`${name}.key`, state, state, false)
    dense(`${name}.value`, state, state)
    dense(`${name}.out`, state, state)
  }
  const block = (name: string, ...attentions: string[]) => {
    norm(`${name}.mlp_ln`)
    dense(`${name}.mlp.0`, state, 4 * state)
    dense(`${name}.mlp.2`, 4 * state, state)
    for (const each of attentions) attention(`${name}.${each}`)
  }

  numbers(0x67676d6c, VOCABULARY, AUDIO_CONTEXT, state, heads, layers, TEXT_CONTEXT, state, heads, layers, MELS, 1)
  numbers(MELS, 201)
  write(new Float32Array(MELS * 201))
  numbers(WORDS)
  for (let token = 0; token < WORDS; token++) {
    const text = Buffer.from(tokenText(token, words))
    numbers(text.length)
    write(text)
  }
  tensor('encoder.positional_embedding', [state, AUDIO_CONTEXT])
  tensor('encoder.conv1.weight', [3, MELS, state])
  tensor('encoder.conv1.bias', [1, state])
  tensor('encoder.conv2.weight', [3, state, state])
  tensor('encoder.conv2.bias', [1, state])
  norm('encoder.ln_post')
  for (let i = 0; i < layers; i++) block(`encoder.blocks.${i}`, 'attn')
  tensor('decoder.positional_embedding', [state, TEXT_CONTEXT], (values) => {
    for (let place = 0; place < TEXT_CONTEXT; place++) values[place * state + (place % state)] = 100
  })
  tensor('decoder.token_embedding.weight', [state, VOCABULARY], (values) => {
    for (const [place, token] of script.entries()) values[token * state + place] = HALF_THREE
  })
  norm('decoder.ln')
  for (let i = 0; i < layers; i++) block(`decoder.blocks.${i}`, 'attn', 'cross_attn')
  closeSync(fd)
}

/** 3 as a number of sixteen bits. */
const HALF_THREE = 0x4200

function timeToken(seconds: number): number {
  return FIRST_TIME + Math.round(seconds / SECONDS_PER_TIME)
}

function tokenText(token: number, words: readonly string[]): string {
  const word = words[token - FIRST_WORD]
  if (word !== undefined) return ` ${word}`
  if (token === SPACE) return ' '
  return token < 256 ? String.fromCharCode(33 + (token % 90)) : ` t${token}`
}
