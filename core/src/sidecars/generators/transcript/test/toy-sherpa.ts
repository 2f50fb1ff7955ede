import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onnxModel, onnxNode, onnxTensor, onnxValue } from './onnx-file.ts'
import type { ToyScript } from './toy-whisper.ts'

const STATE = 8
const MELS = 80
const AUDIO_CONTEXT = 1_500
const TEXT_CONTEXT = 448
const SECONDS_PER_TIME = 0.02

/** Writes a folder with a Whisper model of sherpa-onnx that says what is in the script, whatever it hears. */
export function writeToySherpa(folder: string, { words, endSeconds }: ToyScript): void {
  const [space, end, start, transcribe, translate, solm, before, silence, timeless, firstTime] = Array.from(
    { length: 10 },
    (_, i) => words.length + i,
  ) as [number, number, number, number, number, number, number, number, number, number]
  const vocabulary = firstTime + AUDIO_CONTEXT + 1
  const metadata = {
    model_type: 'whisper-toy',
    version: 1,
    maintainer: 'test',
    n_mels: MELS,
    n_audio_ctx: AUDIO_CONTEXT,
    n_audio_state: STATE,
    n_audio_head: 1,
    n_audio_layer: 1,
    n_vocab: vocabulary,
    n_text_ctx: TEXT_CONTEXT,
    n_text_state: STATE,
    n_text_head: 1,
    n_text_layer: 1,
    sot_sequence: start,
    all_language_tokens: '',
    all_language_codes: '',
    sot: start,
    sot_index: 0,
    eot: end,
    blank_id: 0,
    is_multilingual: 0,
    no_speech: silence,
    non_speech_tokens: '',
    transcribe,
    translate,
    sot_prev: before,
    sot_lm: solm,
    no_timestamps: timeless,
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'toy-encoder.onnx'), encoder(metadata))
  const lastTime = firstTime + Math.round(endSeconds / SECONDS_PER_TIME)
  const script = [firstTime, ...words.map((_, i) => i), lastTime, end, end, end]
  writeFileSync(join(folder, 'toy-decoder.onnx'), decoder(script, vocabulary))
  const token = (i: number) => (i < words.length ? ` ${words[i]}` : i === space ? ' ' : `<|${i}|>`)
  const lines = Array.from({ length: vocabulary }, (_, i) => `${Buffer.from(token(i)).toString('base64')} ${i}\n`)
  writeFileSync(join(folder, 'toy-tokens.txt'), lines.join(''))
}

/** Makes of what it hears something of the right size, which the decoder does not look at. */
function encoder(metadata: Readonly<Record<string, string | number>>): Buffer {
  const cross = ['n_layer_cross_k', 'n_layer_cross_v']
  return onnxModel(
    {
      nodes: [
        onnxNode('Conv', ['mel', 'weights'], 'heard', { kernel_shape: [3], pads: [1, 1], strides: [2] }),
        onnxNode('Transpose', ['heard'], 'turned', { perm: [0, 2, 1] }),
        ...cross.map((name) => onnxNode('Unsqueeze', ['turned', 'first'], name)),
      ],
      constants: [
        onnxTensor('weights', [STATE, MELS, 3], new Float32Array(STATE * MELS * 3)),
        onnxTensor('first', [1], new BigInt64Array([0n])),
      ],
      inputs: [onnxValue('mel', 'float', ['n', MELS, 'T'])],
      outputs: cross.map((name) => onnxValue(name, 'float', [1, 'n', 'T2', STATE])),
    },
    metadata,
  )
}

/** At each place of the text it is sure of the token of the script. */
function decoder(script: readonly number[], vocabulary: number): Buffer {
  const table = new Float32Array(script.length * vocabulary)
  for (const [place, token] of script.entries()) table[place * vocabulary + token] = 30
  const scalar = (name: string, value: number) => onnxTensor(name, [], new BigInt64Array([BigInt(value)]))
  const self = ['self_k_cache', 'self_v_cache']
  const cross = ['n_layer_cross_k', 'n_layer_cross_v']
  return onnxModel({
    nodes: [
      onnxNode('Shape', ['tokens'], 'size'),
      onnxNode('Gather', ['size', 'one'], 'length', { axis: 0 }),
      onnxNode('Range', ['zero', 'length', 'one'], 'places'),
      onnxNode('Add', ['places', 'offset'], 'place'),
      onnxNode('Min', ['place', 'last'], 'known'),
      onnxNode('Gather', ['table', 'known'], 'row', { axis: 0 }),
      onnxNode('Unsqueeze', ['row', 'first'], 'logits'),
      ...self.map((name) => onnxNode('Identity', [`in_n_layer_${name}`], `out_n_layer_${name}`)),
      // What is not used is no input.
      ...cross.map((name) => onnxNode('Shape', [name], `size_of_${name}`)),
    ],
    constants: [
      onnxTensor('table', [script.length, vocabulary], table),
      scalar('zero', 0),
      scalar('one', 1),
      onnxTensor('last', [1], new BigInt64Array([BigInt(script.length - 1)])),
      onnxTensor('first', [1], new BigInt64Array([0n])),
    ],
    inputs: [
      onnxValue('tokens', 'int64', ['n', 'L']),
      ...self.map((name) => onnxValue(`in_n_layer_${name}`, 'float', [1, 'n', TEXT_CONTEXT, STATE])),
      ...cross.map((name) => onnxValue(name, 'float', [1, 'n', 'T', STATE])),
      onnxValue('offset', 'int64', [1]),
    ],
    outputs: [
      onnxValue('logits', 'float', ['n', 'L', vocabulary]),
      ...self.map((name) => onnxValue(`out_n_layer_${name}`, 'float', [1, 'n', TEXT_CONTEXT, STATE])),
    ],
  })
}
