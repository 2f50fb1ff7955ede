/** Parts of a model in ONNX form, which is protobuf: numbers of fields are those of onnx.proto. */
export type OnnxPart = Buffer

export type OnnxNumbers = Float32Array | BigInt64Array

const FLOAT = 1
const INT64 = 7

export interface OnnxGraph {
  readonly nodes: readonly OnnxPart[]
  readonly constants: readonly OnnxPart[]
  readonly inputs: readonly OnnxPart[]
  readonly outputs: readonly OnnxPart[]
}

export function onnxModel(graph: OnnxGraph, metadata: Readonly<Record<string, string | number>> = {}): Buffer {
  const { constants, inputs, nodes, outputs } = graph
  return Buffer.concat([
    int(1, 8),
    bytes(7, [
      ...nodes.map((node) => bytes(1, [node])),
      bytes(2, 'toy'),
      ...constants.map((constant) => bytes(5, [constant])),
      ...inputs.map((input) => bytes(11, [input])),
      ...outputs.map((output) => bytes(12, [output])),
    ]),
    bytes(8, [bytes(1, ''), int(2, 17)]),
    ...Object.entries(metadata).map(([key, value]) => bytes(14, [bytes(1, key), bytes(2, String(value))])),
  ])
}

/** A constant. */
export function onnxTensor(name: string, sizes: readonly number[], values: OnnxNumbers): OnnxPart {
  const type = values instanceof Float32Array ? FLOAT : INT64
  const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return Buffer.concat([...sizes.map((size) => int(1, size)), int(2, type), bytes(8, name), bytes(9, [raw])])
}

export function onnxNode(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): OnnxPart {
  return Buffer.concat([
    ...inputs.map((input) => bytes(1, input)),
    bytes(2, output),
    bytes(3, `${operator}_${output}`),
    bytes(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
  ])
}

/** An input or an output; sizes that vary have names. */
export function onnxValue(name: string, type: 'float' | 'int64', sizes: readonly (number | string)[]): OnnxPart {
  const dimensions = sizes.map((size) => bytes(1, [typeof size === 'string' ? bytes(2, size) : int(1, size)]))
  const tensor = [int(1, type === 'float' ? FLOAT : INT64), bytes(2, dimensions)]
  return Buffer.concat([bytes(1, name), bytes(2, [bytes(1, tensor)])])
}

function attribute(name: string, value: number | readonly number[]): Buffer[] {
  if (typeof value === 'number') return [bytes(1, name), int(3, value), int(20, 2)]
  return [bytes(1, name), ...value.map((each) => int(8, each)), int(20, 7)]
}

function int(field: number, value: number): Buffer {
  return Buffer.concat([varint(BigInt(field << 3)), varint(BigInt.asUintN(64, BigInt(value)))])
}

function bytes(field: number, value: string | readonly Buffer[]): Buffer {
  const content = typeof value === 'string' ? Buffer.from(value) : Buffer.concat(value)
  return Buffer.concat([varint(BigInt((field << 3) | 2)), varint(BigInt(content.length)), content])
}

function varint(value: bigint): Buffer {
  const parts: number[] = []
  for (let left = value; ; left >>= 7n) {
    if (left < 128n) return Buffer.from([...parts, Number(left)])
    parts.push(Number(left & 127n) | 128)
  }
}
