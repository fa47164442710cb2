import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { packages } from './tools/all.js'

/** The collections of the modules that a playbook uses, except ansible-core's own. */
function collections(): readonly string[] {
  const text = readFileSync(join(import.meta.dirname, 'peers/ansible/site.yml'), 'utf8')
  return [
    ...new Set(
      [...text.matchAll(/\b((?!ansible\.builtin)\w+\.\w+)\.\w+:/g)].map(([, name = '']) => name),
    ),
  ]
}

test.each(['ansible', 'mitogen'] as const)(
  '%s is installed only where every collection of its playbook is, which ansible-core lacks',
  (name) => {
    const folders = collections().map(
      (collection) =>
        `/usr/lib/python3/dist-packages/ansible_collections/${collection.replace('.', '/')}`,
    )
    expect(folders.length).toBeGreaterThan(1)
    expect(packages[name]).toMatchObject(
      Object.fromEntries(folders.map((folder) => [folder, 'ansible'])),
    )
  },
)
