import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onnxModel, onnxNode, onnxTensor, onnxValue } from './onnx-file.ts'
import type { ToyScript, ToySize } from './toy-whisper.ts'

const STATE = 8
const MELS = 80
const AUDIO_CONTEXT = 1_500
const TEXT_CONTEXT = 448
const SECONDS_PER_TIME = 0.02

/**
 * Writes a folder with a Whisper model of sherpa-onnx that says what is in the script, whatever it hears. With a `size` its
 * encoder has as much to reckon as that of a model so large; the decoder stays as small as it is.
 */
export function writeToySherpa(folder: string, { words, endSeconds }: ToyScript, size?: ToySize): void {
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
  writeFileSync(join(folder, 'toy-encoder.onnx'), encoder(metadata, size))
  const lastTime = firstTime + Math.round(endSeconds / SECONDS_PER_TIME)
  const script = [firstTime, ...words.map((_, i) => i), lastTime, end, end, end]
  writeFileSync(join(folder, 'toy-decoder.onnx'), decoder(script, vocabulary))
  const token = (i: number) => (i < words.length ? ` ${words[i]}` : i === space ? ' ' : `<|${i}|>`)
  const lines = Array.from({ length: vocabulary }, (_, i) => `${Buffer.from(token(i)).toString('base64')} ${i}\n`)
  writeFileSync(join(folder, 'toy-tokens.txt'), lines.join(''))
}

/** Turns sound into a tensor of the right shape. The decoder ignores its values. */
function encoder(
  metadata: Readonly<Record<string, string | number>>,
  { state, layers }: Pick<ToySize, 'state' | 'layers'> = { state: STATE, layers: 0 },
): Buffer {
  const cross = ['n_layer_cross_k', 'n_layer_cross_v']
  const zeros = (name: string, ...sizes: readonly number[]) =>
    onnxTensor(name, sizes, new Float32Array(sizes.reduce((product, each) => product * each, 1)))
  return onnxModel(
    {
      nodes: [
        onnxNode('Conv', ['mel', 'weights'], 'heard', { kernel_shape: [3], pads: [1, 1], strides: [2] }),
        onnxNode('Transpose', ['heard'], 'x0', { perm: [0, 2, 1] }),
        ...Array.from({ length: layers }, (_, i) => layer(`x${i}`, `x${i + 1}`)).flat(),
        onnxNode('MatMul', [`x${layers}`, 'last'], 'turned'),
        ...cross.map((name) => onnxNode('Unsqueeze', ['turned', 'first'], name)),
      ],
      constants: [
        zeros('weights', state, MELS, 3),
        zeros('square', state, state),
        zeros('wider', state, 4 * state),
        zeros('narrower', 4 * state, state),
        zeros('last', state, STATE),
        onnxTensor('first', [1], new BigInt64Array([0n])),
      ],
      inputs: [onnxValue('mel', 'float', ['n', MELS, 'T'])],
      outputs: cross.map((name) => onnxValue(name, 'float', [1, 'n', 'T2', STATE])),
    },
    metadata,
  )
}

/** The products of a layer of Whisper's encoder, of the same sizes: four of attention, each with each, and two around it. */
function layer(input: string, output: string): Buffer[] {
  const [q, k, v] = ['q', 'k', 'v'].map((name) => `${output}_${name}`) as [string, string, string]
  return [
    ...[q, k, v].map((name) => onnxNode('MatMul', [input, 'square'], name)),
    onnxNode('Transpose', [k], `${k}_turned`, { perm: [0, 2, 1] }),
    onnxNode('MatMul', [q, `${k}_turned`], `${output}_alike`),
    onnxNode('Softmax', [`${output}_alike`], `${output}_shares`, { axis: 2 }),
    onnxNode('MatMul', [`${output}_shares`, v], `${output}_mixed`),
    onnxNode('MatMul', [`${output}_mixed`, 'square'], `${output}_attended`),
    onnxNode('MatMul', [`${output}_attended`, 'wider'], `${output}_wide`),
    onnxNode('MatMul', [`${output}_wide`, 'narrower'], output),
  ]
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
