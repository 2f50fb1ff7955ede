import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// What `onnxruntime-node` does, as far as the toy model goes: it reads the model's file and gives the vectors of its tokens.

export class Tensor {
  readonly type: string
  readonly data: BigInt64Array | Float32Array
  readonly dims: readonly number[]
  constructor(type: string, data: BigInt64Array | Float32Array, dims: readonly number[]) {
    this.type = type
    this.data = data
    this.dims = dims
  }
}

export class InferenceSession {
  readonly inputNames = ['input_ids', 'attention_mask']
  readonly outputNames = ['last_hidden_state']
  readonly #vectors: Float32Array
  readonly #size: number

  private constructor(vectors: Float32Array, size: number) {
    this.#vectors = vectors
    this.#size = size
  }

  static async create(file: string): Promise<InferenceSession> {
    const graph = bytesOf(fieldsOf(readFileSync(file)), 7)
    const tensor = fieldsOf(bytesOf(fieldsOf(graph), 5))
    const dims = tensor.filter(({ at }) => at === 1).map(({ value }) => value as number)
    const data = new Uint8Array(bytesOf(tensor, 9))
    return new InferenceSession(new Float32Array(data.buffer), dims[1]!)
  }

  async run({ attention_mask: mask, input_ids: ids }: Record<string, Tensor>): Promise<Record<string, Tensor>> {
    const [, tokens] = ids!.dims
    const data = new Float32Array(tokens! * this.#size)
    for (let i = 0; i < tokens!; i++) {
      const id = Number(ids!.data[i])
      const vector = this.#vectors.subarray(id * this.#size, (id + 1) * this.#size)
      data.set(
        vector.map((number) => number * Number(mask!.data[i])),
        i * this.#size,
      )
    }
    return { last_hidden_state: new Tensor('float32', data, [1, tokens!, this.#size]) }
  }
}

/** Makes a folder in which this is installed under the name of the real one. */
export function installToyRuntime(folder: string): void {
  const place = join(folder, 'node_modules/onnxruntime-node')
  mkdirSync(place, { recursive: true })
  writeFileSync(
    join(place, 'package.json'),
    JSON.stringify({ name: 'onnxruntime-node', version: '0.0.1', main: 'index.js' }),
  )
  writeFileSync(
    join(place, 'index.js'),
    `module.exports = require(${JSON.stringify(fileURLToPath(import.meta.url))})\n`,
  )
}

interface Field {
  readonly at: number
  readonly value: number | Uint8Array
}

/** The fields of a message of protobuf: numbers and runs of bytes. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = []
  let place = 0
  const varint = () => {
    let number = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[place++]!
      number += (byte & 127) * scale
      if (byte < 128) return number
    }
  }
  while (place < bytes.length) {
    const key = varint()
    const number = varint()
    const isBytes = (key & 7) === 2
    fields.push({ at: key >> 3, value: isBytes ? bytes.subarray(place, place + number) : number })
    if (isBytes) place += number
  }
  return fields
}

function bytesOf(fields: readonly Field[], at: number): Uint8Array {
  return fields.find((field) => field.at === at)!.value as Uint8Array
}
