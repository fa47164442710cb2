import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { jsonView } from '../../src/views/json.js'
import { change, error, everything, paper, resource } from './events.js'

interface Described {
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Described>>
  readonly items?: Described
  readonly oneOf?: readonly Described[]
  readonly $ref?: string
  readonly const?: string
}

const schema = JSON.parse(readFileSync('docs/events.schema.json', 'utf8')) as Described & {
  readonly definitions: Readonly<Record<string, Described>>
}
const ajv = new Ajv({ allErrors: true, strictTypes: false })
formats.default(ajv)
const valid = ajv.compile(schema)

/** The part of the schema for a value; of alternatives the one that has keys. */
function resolved(described: Described): Described {
  if (described.$ref !== undefined)
    return resolved(schema.definitions[described.$ref.replace('#/definitions/', '')] ?? {})
  return (
    described.oneOf?.map(resolved).find((choice) => choice.properties !== undefined) ?? described
  )
}

/** The places where keys differ from the documented ones or their order. */
function disorder(value: unknown, described: Described, path: string): readonly string[] {
  const { properties, items, required = [] } = resolved(described)
  if (Array.isArray(value))
    return value.flatMap((item, index) => disorder(item, items ?? {}, `${path}[${String(index)}]`))
  if (typeof value !== 'object' || value === null || properties === undefined) return []
  const keys = Object.keys(value)
  const documented = Object.keys(properties).filter(
    (key) => keys.includes(key) || required.includes(key),
  )
  const own = keys.join() === documented.join() ? [] : [`${path}: ${keys.join()}`]
  return [
    ...own,
    ...keys.flatMap((key) =>
      disorder((value as Record<string, unknown>)[key], properties[key] ?? {}, `${path}.${key}`),
    ),
  ]
}

function faults(line: string): readonly string[] {
  const value = JSON.parse(line) as { readonly type: string }
  const own = Object.values(schema.definitions).find(
    (described) => described.properties?.['type']?.const === value.type,
  )
  const errors = valid(value) ? [] : (valid.errors ?? [])
  const found = errors.map((fault) => `${fault.instancePath} ${fault.message ?? ''}`)
  if (own === undefined) return [...found, `no type ${value.type}`]
  return [...found, ...disorder(value, own, value.type)]
}

function printed(): readonly string[] {
  const screen = paper()
  const view = jsonView(screen)
  for (const event of everything()) view.onEvent(event)
  view.onEvent(
    resource('web1', 'date', {
      resource: 'command',
      status: 'changed',
      changes: [change('always runs: date')],
      places: ['tasks/a.ts:5', 'tasks/b.ts:12'],
    }),
  )
  view.onEvent({ type: 'error', ...error('no host matches web9', { code: 'usage' }) })
  return screen.text.trimEnd().split('\n')
}

describe('JSON lines', () => {
  test('every line is as the schema describes it, in the documented order of keys', () => {
    expect(printed().flatMap(faults)).toEqual([])
  })

  test('each documented type is printed, and nothing that is for people', () => {
    expect(
      [
        ...new Set(printed().map((line) => (JSON.parse(line) as { readonly type: string }).type)),
      ].sort(),
    ).toEqual(['error', 'host', 'resource', 'run', 'summary'])
  })

  test('the examples of the documentation are as the schema describes them', () => {
    const examples =
      /```json\n(?<lines>[^`]*)```/
        .exec(readFileSync('docs/events.md', 'utf8'))
        ?.groups?.['lines']?.trimEnd()
        .split('\n') ?? []
    expect(examples.length).toBeGreaterThan(4)
    expect(examples.flatMap(faults)).toEqual([])
  })

  test('a line is exactly this text', () => {
    const line =
      '{"type":"resource","play":"Flask app","task":"Gunicorn service","host":"web1","resource":"systemd.service","id":"app.service","status":"changed","changes":[{"summary":"restart","diff":null,"because":["file[/etc/app.conf]"],"effect":"restart","final":null}],"reason":null,"error":null,"seconds":0.012}'
    expect(printed()).toContain(line)
  })

  test('a resource that runs once for several places names them at the end of its line', () => {
    expect(printed().filter((line) => line.includes('"places"'))).toEqual([
      expect.stringMatching(/,"seconds":0\.012,"places":\["tasks\/a\.ts:5","tasks\/b\.ts:12"]}$/),
    ])
  })

  test.each([
    ['another order of keys', '{"type":"host","status":"ok","host":"web1","error":null}'],
    [
      'a key that is not documented',
      '{"type":"host","host":"web1","status":"ok","error":null,"detail":""}',
    ],
    ['a key that is missing', '{"type":"host","host":"web1","status":"ok"}'],
    ['another type of value', '{"type":"host","host":"web1","status":true,"error":null}'],
    [
      'a disorder further down',
      '{"type":"host","host":"web1","status":"failed","error":{"message":"a","code":"b","remedy":"c","address":null}}',
    ],
    ['a type that nobody knows', '{"type":"notice","host":null,"message":"a"}'],
  ])('%s is found', (_, line) => {
    expect(faults(line)).not.toEqual([])
  })
})
