import { expect, test } from '@jest/globals'
import { changesOf, isShell } from '../../../src/core/change.js'
import type { Resource } from '../../../src/core/resource.js'
import { inputBytes } from '../../../src/core/sh.js'
import { Later } from '../../../src/core/later.js'
import { facts, fromFile, venv } from './state.js'

const actionsOf = (made: Resource, known: Readonly<Record<string, unknown>>) =>
  changesOf(made.plan(known, made.values, { changing: [] })).flatMap(({ actions }) =>
    actions.filter(isShell).map(({ what, long, input }) => ({
      what,
      long,
      input: input === undefined ? undefined : inputBytes(input).toString(),
    })),
  )

test.each<[string, Resource, Readonly<Record<string, unknown>>, readonly unknown[]]>([
  [
    'the requirements are the input of pip, and end in a newline',
    venv({ packages: ['flask>=2', 'gunicorn'] })(),
    facts({ requirements: 'flask>=2\ngunicorn' }),
    [{ what: '`pip install` in /srv/app/venv', long: true, input: 'flask>=2\ngunicorn\n' }],
  ],
  [
    'a file of the host is read there',
    venv(fromFile)(),
    facts({ requirements: 'flask' }),
    [{ what: '`pip install` in /srv/app/venv', long: true, input: undefined }],
  ],
  [
    'what makes the environment, and what changes its owner, may take long',
    venv({ owner: 'deploy', python: 'python3.11' })(),
    facts({ own: [] }),
    [
      { what: undefined, long: true, input: undefined },
      { what: '`python3.11 -m venv` in /srv/app/venv', long: true, input: undefined },
    ],
  ],
])('%s', (_, made, known, expected) => {
  expect(actionsOf(made, known)).toEqual(expected)
})

test('requirements in a file of the project are read there first', () => {
  const { reads } = venv({ requirements: 'requirements.txt' })()
  expect(reads['venv']?.key).toBeInstanceOf(Later)
})
