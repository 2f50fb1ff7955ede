import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Numbers in a vector of the toy model. */
export const TOY_DIMENSIONS = 48
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']

/** Words that the toy model gives nearly the same vector. */
const ALIKE = [
  ['plumber', 'pipes', 'leak'],
  ['invoice', 'payment', 'bill'],
  ['beach', 'sea', 'holiday'],
]
const OTHERS = 'the a of who mends comes on thursday total my photo quick brown fox and please ##s'.split(' ')

/**
 * Writes a folder with a model in ONNX form, as hubs of models have them: a bag of words, each with a vector of its own, and the
 * tokenizer of BERT. It is as small as a true model can be.
 */
export function writeToyModel(folder: string): void {
  const words = [...SPECIAL, ...ALIKE.flat(), ...OTHERS]
  mkdirSync(join(folder, 'onnx'), { recursive: true })
  writeFileSync(join(folder, 'onnx/model.onnx'), modelFile(words))
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert', max_position_embeddings: 64 }))
  writeFileSync(
    join(folder, 'tokenizer_config.json'),
    JSON.stringify({ tokenizer_class: 'BertTokenizer', do_lower_case: true }),
  )
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer(words)))
}

function tokenizer(words: readonly string[]) {
  const vocab = Object.fromEntries(words.map((word, i) => [word, i]))
  const special = (content: string) => ({ id: content, type_id: 0 })
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content) => {
      const no = { single_word: false, lstrip: false, rstrip: false, normalized: false }
      return { id: vocab[content], content, ...no, special: true }
    }),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: special('[CLS]') }, { Sequence: special('A') }, { SpecialToken: special('[SEP]') }],
      pair: [],
      special_tokens: Object.fromEntries(['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [vocab[id]], tokens: [id] }])),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  }
}

function vectorsOf(words: readonly string[]): Float32Array {
  const vectors = new Float32Array(words.length * TOY_DIMENSIONS)
  let state = 1
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  const centres = ALIKE.map(() => Array.from({ length: TOY_DIMENSIONS }, random))
  for (const [i, word] of words.entries()) {
    const centre = centres[ALIKE.findIndex((alike) => alike.includes(word))]
    const size = SPECIAL.includes(word) ? 0.01 : centre ? 0.1 : 0.3
    for (let j = 0; j < TOY_DIMENSIONS; j++) vectors[i * TOY_DIMENSIONS + j] = (centre?.[j] ?? 0) + random() * size
  }
  return vectors
}

// ONNX is protobuf: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto has the numbers of the fields.

const FLOAT = 1
const INT64 = 7
const ATTRIBUTE_INT = 2

function modelFile(words: readonly string[]): Uint8Array {
  const vectors = vectorsOf(words)
  const input = (name: string) => value(name, INT64, ['B', 'S'])
  const graph = joined(
    field(1, node('Gather', ['emb', 'input_ids'], ['x'], [attribute('axis', 0)])),
    field(1, node('Cast', ['attention_mask'], ['m'], [attribute('to', FLOAT)])),
    field(1, node('Unsqueeze', ['m', 'axis'], ['m3'])),
    field(1, node('Mul', ['x', 'm3'], ['last_hidden_state'])),
    field(2, 'toy'),
    field(5, tensor('emb', FLOAT, [words.length, TOY_DIMENSIONS], new Uint8Array(vectors.buffer))),
    field(5, tensor('axis', INT64, [1], new Uint8Array(new BigInt64Array([2n]).buffer))),
    field(11, input('input_ids')),
    field(11, input('attention_mask')),
    field(12, value('last_hidden_state', FLOAT, ['B', 'S', TOY_DIMENSIONS])),
  )
  return joined(number(1, 8), field(2, 'toy'), field(7, graph), field(8, joined(field(1, ''), number(2, 14))))
}

function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly Uint8Array[] = [],
) {
  return joined(
    ...inputs.map((name) => field(1, name)),
    ...outputs.map((name) => field(2, name)),
    field(3, `${op} ${outputs[0]}`),
    field(4, op),
    ...attributes.map((each) => field(5, each)),
  )
}

function attribute(name: string, of: number): Uint8Array {
  return joined(field(1, name), number(3, of), number(20, ATTRIBUTE_INT))
}

function tensor(name: string, type: number, dims: readonly number[], data: Uint8Array): Uint8Array {
  return joined(...dims.map((dim) => number(1, dim)), number(2, type), field(8, name), field(9, data))
}

function value(name: string, type: number, dims: readonly (string | number)[]): Uint8Array {
  const shape = joined(...dims.map((dim) => field(1, typeof dim === 'string' ? field(2, dim) : number(1, dim))))
  return joined(field(1, name), field(2, field(1, joined(number(1, type), field(2, shape)))))
}

function number(at: number, of: number): Uint8Array {
  return joined(varint(at << 3), varint(of))
}

function field(at: number, of: string | Uint8Array): Uint8Array {
  const bytes = typeof of === 'string' ? Buffer.from(of) : of
  return joined(varint((at << 3) | 2), varint(bytes.length), bytes)
}

function varint(of: number): Uint8Array {
  const bytes = []
  for (let left = of; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...bytes, left])
    bytes.push((left % 128) | 128)
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}
