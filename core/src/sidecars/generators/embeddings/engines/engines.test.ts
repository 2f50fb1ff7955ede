import { createRequire } from 'node:module'
import { join } from 'node:path'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { sendVectors, startEmbeddingServer } from '../../../../../testing/embedding-server.ts'
import { createTempDir } from '../../../../../testing/temp-dir.ts'
import { detectEmbeddingEngines } from '../detect.ts'
import { type EmbeddingSettings, modelVariant, whyNoEngine } from '../settings.ts'
import { describeEmbeddingEngine, similarity } from '../test/engine-suite.ts'
import { writeToyModel } from '../test/toy-model.ts'
import { noEmbeddings } from '../test/no-embeddings.ts'
import { installToyRuntime } from '../test/toy-runtime.ts'
import { openEngine } from './open-engine.ts'

function settings(of: Partial<EmbeddingSettings>): EmbeddingSettings {
  return { ...noEmbeddings, ...of }
}

afterEach(() => void vi.unstubAllEnvs())

describeEmbeddingEngine('a server', async () => {
  const server = await startEmbeddingServer()
  const engine = await openEngine(settings({ url: server.url, model: 'toy' }))
  return Object.assign(engine, { [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() })
})

describeEmbeddingEngine('a local model', () => openToyModel((folder) => installToyRuntime(folder)))

/** 290 MB that no test needs to have: where it was installed, it is tested with. */
const runtime = process.env['SPACEDRIVE_ONNXRUNTIME'] ?? ''
describeEmbeddingEngine(
  'a local model, by onnxruntime-node',
  () => openToyModel(() => {}, runtime),
  isInstalled(runtime) ? null : 'SPACEDRIVE_ONNXRUNTIME names no folder with onnxruntime-node',
)

describeEmbeddingEngine('the built-in model', async () => {
  const engine = await openEngine(settings({ builtIn: true }))
  return Object.assign(engine, { [Symbol.asyncDispose]: async () => {} })
})

test('the built-in model finds the document that answers a question in other words', async () => {
  const engine = await openEngine(settings({ builtIn: true }))
  const documents = [
    'Your appointment with the dentist is on Tuesday at ten.',
    'The plumber replaced the leaking pipe under the kitchen sink.',
    'Boarding pass: flight from Berlin to Lisbon, seat 14A.',
    'Recipe: knead flour, water, salt and yeast, then bake for forty minutes.',
    'We confirm the cancellation of your gym membership at the end of June.',
    'The warranty of the washing machine covers repairs for two years.',
    'Payslip for March: gross pay, income tax, social insurance.',
    'The vet gave the dog its yearly vaccination.',
  ]
  const questions = [
    'when must I see the doctor about my teeth',
    'who repaired the water in the kitchen',
    'trip by plane to Portugal',
    'how do I make bread',
    'stop paying for the fitness club',
    'is a broken laundry appliance still free to fix',
    'how much salary did I get',
    'shots for my pet',
  ]
  const texts = await engine.embed(documents, 'text')
  const asked = await engine.embed(questions, 'query')
  const found = asked.map((question) => {
    const near = texts.map((text) => similarity(question, text))
    return near.indexOf(Math.max(...near))
  })
  expect(found).toEqual(documents.map((_, at) => at))
})

async function openToyModel(install: (folder: string) => void, folder?: string) {
  const dir = createTempDir('model')
  writeToyModel(join(dir.path, 'toy'))
  install(dir.path)
  const engine = await openEngine(settings({ folder: join(dir.path, 'toy'), runtime: folder ?? dir.path }))
  return Object.assign(engine, { [Symbol.asyncDispose]: async () => dir[Symbol.dispose]() })
}

function isInstalled(folder: string): boolean {
  try {
    createRequire(join(folder, 'package.json')).resolve('onnxruntime-node')
    return true
  } catch {
    return false
  }
}

test('what is set and not there is said in one line, with what would help', async () => {
  using dir = createTempDir('model')
  const why = async (of: Partial<EmbeddingSettings>) => whyNoEngine(settings(of))
  expect(await why({})).toContain('config set embeddings.builtIn true')
  expect(await why({ builtIn: true })).toBeNull()
  expect(await why({ url: 'localhost' })).toContain('embeddings.url is no address')
  expect(await why({ url: 'file:///etc/passwd', model: 'x' })).toContain('embeddings.url is no address')
  expect(await why({ url: 'http://ann:secret@localhost:1', model: 'x' })).toMatch(
    /^embeddings\.url holds a name or a password/,
  )
  expect(await why({ url: 'http://localhost:1' })).toContain('embeddings.model')
  expect(await why({ url: 'http://localhost:1', model: 'x', keyVariable: 'NO_SUCH_KEY' })).toContain('NO_SUCH_KEY')
  expect(await why({ url: 'http://localhost:1', model: 'x' })).toBeNull()
  expect(await why({ folder: dir.path })).toContain('has no onnx/model.onnx')
  writeToyModel(dir.path)
  expect(await why({ folder: dir.path, runtime: dir.path })).toContain(
    'spacedrive engine add embeddings onnxruntime-node',
  )
  installToyRuntime(dir.path)
  expect(await why({ folder: dir.path, runtime: dir.path })).toBeNull()
  rmSync(join(dir.path, 'tokenizer.json'))
  expect(await why({ folder: dir.path, runtime: dir.path })).toContain('has no tokenizer.json')
  const [server, onnx, builtIn] = await detectEmbeddingEngines(settings({ folder: dir.path, runtime: dir.path }))
  expect([server!.state, onnx!.state, onnx!.version]).toEqual(['missing', 'missing', '0.0.1'])
  expect([builtIn!.state, builtIn!.version]).toEqual(['missing', '0.2.0'])
})

test('a broken model says so, and is no fault of a text', async () => {
  using dir = createTempDir('model')
  writeToyModel(dir.path)
  installToyRuntime(dir.path)
  writeFileSync(join(dir.path, 'tokenizer.json'), '{')
  const opening = openEngine(settings({ folder: dir.path, runtime: dir.path }))
  await expect(opening).rejects.toMatchObject({ code: 'Offline', message: expect.stringContaining('cannot be loaded') })
})

test('sidecars are called after the model, whatever it is called', () => {
  const variant = (of: Partial<EmbeddingSettings>) => modelVariant(settings(of))
  expect(variant({ url: 'http://x', model: 'nomic-embed-text:latest' })).toBe('nomic-embed-text-latest')
  expect(variant({ builtIn: true })).toBe('universal-sentence-encoder-lite')
  expect(variant({ folder: '/models/all-MiniLM-L6-v2' })).toBe('all-MiniLM-L6-v2')
  expect(variant({ model: 'sentence-transformers/all-MiniLM-L6-v2' })).toBe('all-MiniLM-L6-v2')
  expect(variant({ model: '../../..' })).toBe('model')
  expect(variant({ model: 'long'.repeat(40) })).toHaveLength(64)
})

test('the key is sent to the server it is for, and stands in no message', async () => {
  await using server = await startEmbeddingServer()
  vi.stubEnv('TOY_KEY', 'sk-secret-123')
  const engine = await openEngine(settings({ url: server.url, model: 'toy', keyVariable: 'TOY_KEY' }))
  await engine.embed(['x'], 'text')
  expect(server.keys).toEqual(['Bearer sk-secret-123'])
  server.answer = (_, response) => {
    response.statusCode = 401
    response.end(JSON.stringify({ error: { message: 'Incorrect API key provided: sk-secret-123.' } }))
  }
  const refused = engine.embed(['x'], 'text')
  await expect(refused).rejects.toMatchObject({
    code: 'Offline',
    message: expect.stringContaining('401: Incorrect API key provided: ….'),
  })
  // A redirect to another server does not send the key there.
  await using other = await startEmbeddingServer()
  server.answer = (_, response) => {
    response.writeHead(307, { location: `${other.url}/embeddings` })
    response.end()
  }
  await expect(engine.embed(['x'], 'text')).rejects.toMatchObject({ code: 'Offline' })
  expect(other.keys).toEqual([])
})

test.each([
  ['is busy for ever', 503, 'Offline'],
  ['has no such model', 404, 'Offline'],
  ['is broken', 500, 'Offline'],
  ['finds a text too long', 400, 'Unsupported'],
])('a server that %s: %i is %s', async (_what, status, code) => {
  await using server = await startEmbeddingServer()
  let asked = 0
  server.answer = (_request, response) => {
    asked++
    response.writeHead(status, { 'retry-after': '0' })
    response.end(JSON.stringify({ error: 'no' }))
  }
  const engine = await openEngine(settings({ url: server.url, model: 'toy' }))
  await expect(engine.embed(['x'], 'text')).rejects.toMatchObject({
    code,
    message: expect.stringContaining(`${status}: no`),
  })
  expect(asked).toBe(status === 503 ? 4 : 1)
})

test('a server that is busy is asked again', async () => {
  await using server = await startEmbeddingServer()
  server.answer = (_, response) => {
    server.answer = null
    response.writeHead(429, { 'retry-after': '0' })
    response.end()
  }
  const engine = await openEngine(settings({ url: server.url, model: 'toy' }))
  expect(await engine.embed(['plumber'], 'text')).toHaveLength(1)
})

test.each([
  ['too few vectors', [[1, 0]]],
  ['vectors of different lengths', [[1, 0], [1]]],
  [
    'what is no number',
    [
      [1, null],
      [1, 0],
    ],
  ],
  ['no numbers', [[], []]],
  ['more than a vector has', [Array(9_000).fill(1), Array(9_000).fill(1)]],
])('an answer with %s is refused', async (_what, vectors) => {
  await using server = await startEmbeddingServer()
  server.answer = (_, response) => sendVectors(response, vectors as number[][])
  const engine = await openEngine(settings({ url: server.url, model: 'toy' }))
  await expect(engine.embed(['x', 'y'], 'text')).rejects.toMatchObject({ code: 'Corrupt' })
})

test.each([
  ['nothing among the vectors', 200, { data: [null, null] }, 'Corrupt', 'not a vector'],
  ['vectors in no place', 200, { data: [{ embedding: [1], index: 7 }] }, 'Corrupt', 'not a vector'],
  ['all is well', 200, { error: 'no such endpoint' }, 'Offline', 'without vectors: no such endpoint'],
  ['no words', 500, { error: { message: { code: 7 } } }, 'Offline', '500: {"error"'],
  ['nothing', 500, null, 'Offline', '500: null'],
])('a server that says %s, %i', async (_what, status, body, code, message) => {
  await using server = await startEmbeddingServer()
  server.answer = (_, response) => void response.writeHead(status).end(JSON.stringify(body))
  const engine = await openEngine(settings({ url: server.url, model: 'toy' }))
  await expect(engine.embed(['x', 'y'], 'text')).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  })
})

test('one who does not want to wait for a busy server is told that it is, or nothing', async () => {
  await using server = await startEmbeddingServer()
  const stop = new AbortController()
  server.answer = (_, response) => {
    response.writeHead(503, { 'retry-after': '600' })
    response.end(JSON.stringify({ error: 'later' }), () => stop.abort())
  }
  const engine = await openEngine(settings({ url: server.url, model: 'toy' }))
  await expect(engine.embed(['x'], 'query', stop.signal)).rejects.toMatchObject({ code: 'Cancelled' })
  await expect(engine.embed(['x'], 'query', AbortSignal.timeout(1_000))).rejects.toMatchObject({ code: 'Offline' })
})

test('a key that cannot be sent is not tried', async () => {
  vi.stubEnv('TOY_KEY', 'sk-secret\n123')
  const why = await whyNoEngine(settings({ url: 'http://localhost:1', model: 'x', keyVariable: 'TOY_KEY' }))
  expect(why).toMatch(/TOY_KEY, which embeddings\.keyVariable names, holds something that is no key/)
  expect(why).not.toContain('secret')
})

test('an answer without end is given up', async () => {
  await using server = await startEmbeddingServer()
  const part = 'x'.repeat(1_048_576)
  server.answer = (_, response) => {
    const more = () => {
      while (response.write(part));
    }
    response.on('drain', more)
    more()
  }
  const engine = await openEngine(settings({ url: server.url, model: 'toy' }))
  await expect(engine.embed(['x'], 'text')).rejects.toMatchObject({
    code: 'Corrupt',
    message: expect.stringContaining('longer than'),
  })
})

test('a server that is not there, or never answers, is not waited for', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const engine = await openEngine(settings({ url: `http://127.0.0.1:${port}`, model: 'toy' }))
  const cancelled = engine.embed(['x'], 'text', AbortSignal.abort())
  await expect(cancelled).rejects.toMatchObject({ code: 'Cancelled' })
  const waiting = engine.embed(['x'], 'text', AbortSignal.timeout(50))
  await expect(waiting).rejects.toMatchObject({ code: 'Offline', message: expect.stringContaining('in time') })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await expect(engine.embed(['x'], 'text')).rejects.toMatchObject({
    code: 'Offline',
    message: expect.stringContaining('ECONNREFUSED'),
  })
})

test('a model gets what it wants before texts and before queries', async () => {
  await using server = await startEmbeddingServer()
  const engine = await openEngine(
    settings({ url: server.url, model: 'toy', textPrefix: 'passage: ', queryPrefix: 'query: ' }),
  )
  await engine.embed(['a'], 'text')
  const [vector] = await engine.embed(['b'], 'query')
  expect(server.texts).toEqual(['passage: a', 'query: b'])
  expect(similarity(vector!, vector!)).toBeCloseTo(1, 5)
})
