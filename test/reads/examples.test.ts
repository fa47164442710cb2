import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { expect, test } from '@jest/globals'
import { isResource } from '../../src/core/resource.js'
import * as fettle from '../../src/index.js'

const page = readFileSync(join(import.meta.dirname, '../../docs/resources.md'), 'utf8')
const examples = [...page.matchAll(/^### (read\.\w+)\n.*?^Example:\n\n```ts\n(.*?)\n```$/gms)].map(
  ([, name = '', code = '']) => [name, code] as const,
)

test('each read has an example', () => {
  expect(examples.map(([name]) => name).sort()).toEqual(
    Object.keys(fettle.read)
      .map((name) => `read.${name}`)
      .sort(),
  )
})

test.each(examples)('%s', (_, code) => {
  expect(isResource(runInNewContext(code, { ...fettle }))).toBe(true)
})
