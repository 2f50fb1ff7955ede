/** Levels of a schema that are shown; deeper ones mean themselves again. */
const MAX_LEVELS = 6
/** Of an answer that is tried out: more is not looked at. */
const MAX_SHOWN = 200_000
const SIGNED_OUT = 401

const status = document.querySelector('#status')
const list = document.querySelector('#operations')
const filter = document.querySelector('#filter')

start().catch((err) => (status.textContent = `This did not work: ${err.message}`))

/** What lets this page in: a cookie where the page came by TLS, else what it is given when it proves its key. */
let headers = {}

async function start() {
  try {
    headers = await proved()
  } catch (err) {
    if (err.name !== 'SignedOutError') throw err
  }
  const answer = await fetch('/openapi.json', { headers })
  if (answer.status === SIGNED_OUT) {
    status.textContent = 'Nobody is signed in here. `spacedrive open /api` opens this page for you.'
    return
  }
  const document = await answer.json()
  if (!answer.ok) throw new Error(document.detail)
  const operations = operationsOf(document)
  draw(operations, document)
  filter.addEventListener('input', () => narrow(operations.length))
  narrow(operations.length)
  showNamed()
  addEventListener('hashchange', showNamed)
}

async function proved() {
  if (location.protocol === 'https:') return {}
  const { prove } = await import('/session/page-session.js')
  const { access } = await prove()
  return { authorization: `Bearer ${access}` }
}

function operationsOf({ paths }) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      // What can be asked for by GET is shown once.
      .filter(([method]) => method === 'get' || !('get' in methods))
      .map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
  )
}

function draw(operations, document) {
  for (const [tag, members] of Map.groupBy(operations, ({ tags }) => tags[0])) {
    list.append(
      element('section', { ariaLabel: tag }, element('h2', {}, tag), ...members.map((one) => entry(one, document))),
    )
  }
}

function entry(operation, document) {
  const { method, operationId, path, summary } = operation
  const details = element(
    'details',
    { id: operationId, className: 'operation' },
    element(
      'summary',
      {},
      element('span', { className: 'method' }, method),
      element('code', {}, operationId),
      element('span', { className: 'summary' }, ` – ${summary}`),
    ),
  )
  details.dataset.words = `${operationId} ${path} ${summary}`.toLowerCase()
  details.addEventListener('toggle', () => details.append(...body(operation, document)), { once: true })
  return details
}

function body(operation, document) {
  const { parameters = [], requestBody, responses } = operation
  const input = requestBody?.content['application/json'].schema
  const output = responses[200].content['application/json'].schema
  const problems = Object.keys(responses).filter((code) => code !== '200')
  const parts = [
    element('h3', {}, 'Address'),
    element('pre', {}, `${operation.method} /api/v1${operation.path}`),
    ...(parameters.length > 0 ? [element('h3', {}, 'Parameters'), table(parameters)] : []),
    ...(input ? [element('h3', {}, 'Body'), element('pre', {}, schemaText(input, document))] : []),
    element('h3', {}, 'Answer'),
    element('pre', {}, schemaText(output, document)),
    element('p', { className: 'note' }, `Problems, as application/problem+json: ${problems.join(', ')}.`),
    element('h3', {}, 'Example'),
    element('pre', {}, example(operation, input)),
    ...(operation.method === 'GET' ? [element('h3', {}, 'Try it'), ...form(operation)] : []),
  ]
  return [element('div', { className: 'body' }, ...parts)]
}

function table(parameters) {
  const rows = parameters.map(({ description = '', name, required, schema }) =>
    element(
      'tr',
      {},
      element('td', {}, element('code', {}, name), required ? ' (required)' : ''),
      element('td', {}, typeText(schema)),
      element('td', {}, description),
    ),
  )
  const head = ['Name', 'Type', 'Meaning'].map((text) => element('th', { scope: 'col' }, text))
  return element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows))
}

function typeText(schema) {
  const { anyOf, const: only, default: fallback, enum: values, items, oneOf, type } = schema
  const choices = anyOf ?? oneOf
  const text = choices
    ? choices.map(typeText).join(' | ')
    : values
      ? values.map((value) => JSON.stringify(value)).join(' | ')
      : only !== undefined
        ? JSON.stringify(only)
        : items && type === 'array'
          ? `list of ${typeText(items)}`
          : [type ?? 'anything'].flat().join(' | ')
  return fallback === undefined ? text : `${text}, ${JSON.stringify(fallback)} by default`
}

/** A schema as an object is written down, each field on a line. */
function schemaText(schema, document, indent = '', level = 0) {
  const { $ref, anyOf, items, oneOf, properties, required = [] } = schema
  if ($ref) {
    if (level >= MAX_LEVELS) return '…'
    const name = $ref.slice($ref.lastIndexOf('/') + 1)
    return schemaText(document.components.schemas[name], document, indent, level + 1)
  }
  if (level >= MAX_LEVELS) return typeText(schema)
  const choices = anyOf ?? oneOf
  if (choices) return choices.map((choice) => schemaText(choice, document, indent, level + 1)).join(' | ')
  if (items && !schema.prefixItems) return `[${schemaText(items, document, indent, level + 1)}]`
  if (!properties) return typeText(schema)
  const inner = `${indent}  `
  const lines = Object.entries(properties).map(([name, field]) => {
    const comment = field.description ? `  // ${field.description}` : ''
    const mark = required.includes(name) ? '' : '?'
    return `${inner}${name}${mark}: ${schemaText(field, document, inner, level + 1)}${comment}\n`
  })
  return `{\n${lines.join('')}${indent}}`
}

function example({ method, parameters = [], path }, input) {
  const required = parameters.filter((parameter) => parameter.required)
  const query = required.map(({ name, schema }) => `${name}=${encodeURIComponent(sample(schema))}`).join('&')
  const url = `'localhost/api/v1${path}${query ? `?${query}` : ''}'`
  // A token among the arguments of a program would be seen by every user of the machine. The socket needs none.
  const socket = `--unix-socket "$(spacedrive status --json | jq -r .httpSocket)"`
  if (method === 'GET') return `curl ${socket} \\\n  ${url}`
  const fields = Object.entries(input?.properties ?? {}).filter(([name]) => input.required?.includes(name))
  const json = JSON.stringify(Object.fromEntries(fields.map(([name, schema]) => [name, sample(schema)])))
  return `curl ${socket} -H 'Content-Type: application/json' \\\n  -d '${json}' ${url}`
}

function sample({ anyOf, enum: values, type }) {
  if (values) return values[0]
  if (anyOf) return sample(anyOf[0])
  if (type === 'array') return []
  if (type === 'boolean') return true
  return type === 'integer' || type === 'number' ? 1 : '…'
}

function form({ parameters = [], path }) {
  const fields = parameters.map((parameter) => element('label', {}, parameter.name, control(parameter)))
  const answer = element('pre', { hidden: true, tabIndex: 0 })
  const send = element('form', {}, ...fields, element('button', {}, 'Ask'))
  answer.setAttribute('role', 'status')
  send.addEventListener('submit', async (event) => {
    event.preventDefault()
    const query = new URLSearchParams()
    for (const [name, text] of new FormData(send)) {
      for (const line of text.split('\n')) if (line !== '') query.append(name, line)
    }
    answer.hidden = false
    answer.textContent = '…'
    answer.textContent = await ask(`/api/v1${path}?${query}`)
  })
  return [send, answer]
}

function control({ name, required, schema }) {
  const values = schema.type === 'boolean' ? [true, false] : schema.enum
  if (values) {
    const options = ['', ...values].map((value) => element('option', { value: String(value) }, String(value)))
    return element('select', { name, required }, ...options)
  }
  if (schema.type !== 'array') return element('input', { name, required, autocomplete: 'off' })
  return element('textarea', { name, required, rows: 2, placeholder: 'one a line' })
}

async function ask(url) {
  try {
    const answer = await fetch(url, { headers })
    const text = JSON.stringify(await answer.json(), null, 2)
    const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}\n… ${text.length - MAX_SHOWN} more` : text
    return `${answer.status} ${answer.statusText}\n${shown}`
  } catch (err) {
    return `This did not work: ${err.message}`
  }
}

function narrow(total) {
  const words = filter.value.toLowerCase().split(/\s+/)
  let shown = 0
  for (const section of list.children) {
    let some = 0
    for (const one of section.querySelectorAll('details.operation')) {
      one.hidden = !words.every((word) => one.dataset.words.includes(word))
      if (!one.hidden) some++
    }
    section.hidden = some === 0
    shown += some
  }
  status.textContent = `${shown} of ${total} operations`
}

/** `/api#files.list` */
function showNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (!named?.matches('details')) return
  named.open = true
  named.scrollIntoView()
}

/** Text is text: nothing that is shown is ever markup. */
function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}
