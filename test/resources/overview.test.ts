import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { exportedResources } from './tables.js'

/** The rows of the reference's overview: chapter, function, what Ansible has for it. */
const overview = new Map<string, readonly string[]>()
let chapter = ''
const reference = readFileSync(join(import.meta.dirname, '../../docs/resources.md'), 'utf8')
for (const [, first = '', name = '', counterpart = ''] of reference.matchAll(
  /^\| *(.*?) *\| \[`([\w.]+)`\]\(#\w+\) \| (.*) \|$/gm,
)) {
  chapter = first === '' ? chapter : first
  overview.set(name, [chapter, counterpart])
}

test.each(exportedResources.map(({ definition }) => definition))(
  'the reference has $type in its chapter, beside its counterpart',
  (definition) => {
    expect(overview.get(definition.type)).toEqual([definition.chapter, definition.ansible])
  },
)
