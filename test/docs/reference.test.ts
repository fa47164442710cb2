import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import * as fettle from '../../src/index.js'
import { brokenLinks, chapters } from './links.js'

const root = join(import.meta.dirname, '../..')
const generator = '../../scripts/reference.mjs'
const { makeIndexes, makeReference } = (await import(generator)) as {
  makeIndexes: () => Readonly<Record<string, string>>
  makeReference: () => {
    readonly pages: Readonly<Record<string, string>>
    readonly undocumented: readonly string[]
  }
}
const { pages, undocumented } = makeReference()
const read = (path: string): string =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : ''

test.each(Object.entries({ ...makeIndexes(), ...pages }))(
  '%s is what the code says',
  (path, made) => {
    if (read(path) !== made)
      throw new Error(`${path} is not what the code says: run \`npm run docs\` and commit it`)
  },
)

test('every public function and every option has a doc comment', () => {
  if (undocumented.length > 0) throw new Error(undocumented.join('\n'))
})

/**
 * The names of functions as users write them, found at run time: independently of the generator.
 */
function publicFunctions(exported: object, prefix = ''): readonly string[] {
  return Object.entries(exported).flatMap(([name, value]: readonly [string, unknown]) => {
    if (value === fettle.z || value === fettle.Secret || value === fettle.FettleError) return []
    const isGroup = typeof value === 'object' || typeof value === 'function'
    const inner =
      isGroup && !Object.hasOwn(value ?? {}, 'definition')
        ? publicFunctions(value ?? {}, `${prefix}${name}.`)
        : []
    return typeof value === 'function' ? [`${prefix}${name}`, ...inner] : inner
  })
}

describe('the reference', () => {
  const reference = chapters(pages['docs/resources.md'] ?? '')
  const values = [
    'play',
    'task',
    'env',
    'env.secret',
    'env.optional',
    'secret',
    'secretSource',
    'uri',
    'json',
  ]
  const functions = publicFunctions(fettle)

  test.each(functions)('%s has a chapter', (name) => {
    expect([...reference.keys()]).toContain(name)
  })

  test.each(functions.filter((name) => !values.includes(name)))(
    '%s shows an example of its own',
    (name) => {
      expect(reference.get(name)).toContain(`${name}(`)
      expect(reference.get(name)).toContain('\nExample:\n')
    },
  )
})

test.each([
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
])('%s links only to what exists', (path) => {
  expect(brokenLinks(root, path)).toEqual([])
})
