import { describe, expect, test } from '@jest/globals'
import type { PythonVenvOptions } from '../../../src/resources/python/venv-options.js'
import { pythonVenv } from '../../../src/resources/python/venv.js'
import { js, refusal } from '../refusal.js'

const noSecret = 'must not hold a user name, password or token'

describe('python.venv refuses', () => {
  test.each<[string, PythonVenvOptions, string]>([
    [
      'a file of requirements beside a list',
      { requirements: 'r.txt', packages: ['flask'] },
      'python.venv[/srv/venv]: has both requirements and packages: give one',
    ],
    ['a file of two lines', { requirements: 'a\nb' }, 'requirements must be one line'],
    ['an editable package', { packages: ['-e .'] }, 'packages.0 must not begin with -'],
    [
      'a requirement that is none, behind one',
      { packages: ['flask', 'flask=2'] },
      'packages.1 must be requirements such as flask>=2',
    ],
    ['a package by its URL', { packages: ['git+https://example.org/x'] }, 'packages.0 must be'],
    ['one package without a list', { packages: js('flask') }, 'packages must be a list'],
    ['a flag as an interpreter', { python: '-c' }, 'python must not begin with -'],
    ['no interpreter', { python: '' }, 'python'],
    ['an owner with a colon', { owner: 'a:b' }, 'owner must be the name of an account'],
    [
      'systemSitePackages in words',
      { systemSitePackages: js('yes') },
      'systemSitePackages must be',
    ],
    ['an index in a directory', { indexUrl: '/srv/simple' }, 'indexUrl must be a URL'],
    ['an index behind other text', { indexUrl: 'see https://example.org' }, 'must be a URL'],
    [
      'an index with a password',
      { indexUrl: 'https://user:token@example.org/simple' },
      `indexUrl ${noSecret}: every process on the host could read it`,
    ],
    [
      'an index with a user name, in capitals',
      { indexUrl: 'https://USER@example.org/simple' },
      noSecret,
    ],
    ['an index with a token', { indexUrl: 'https://example.org/simple?token=x1' }, noSecret],
    [
      'links in the project',
      { findLinks: 'wheels' },
      'must be an absolute path or an https:// URL',
    ],
    ['links without TLS', { findLinks: 'http://example.org/' }, 'must be an absolute path or'],
    ['links behind other text', { findLinks: 'see https://example.org' }, 'findLinks must be'],
    [
      'links with a token',
      { findLinks: 'https://example.org/wheels?access_token=x1' },
      `findLinks ${noSecret}`,
    ],
    ['another state', { state: js('gone') }, 'state must be one of'],
  ])('%s', (_, options, message) => {
    expect(refusal(() => pythonVenv('/srv/venv', options))).toContain(message)
  })

  test('a relative path', () => {
    expect(refusal(() => pythonVenv('venv'))).toContain(
      'python.venv("venv"): the first argument must be an absolute path',
    )
  })
})

test.each<[string, PythonVenvOptions]>([
  ['an index without TLS, as inside a network', { indexUrl: 'http://pypi.internal/simple' }],
  ['a version behind an @ in the path of an index', { indexUrl: 'https://example.org/a@2/simple' }],
  ['links of a page', { findLinks: 'https://example.org/wheels' }],
  ['links in a directory with an @', { findLinks: '/srv/wheels@2' }],
  ['a file of requirements alone', { requirements: '/srv/app/requirements.txt' }],
  ['requirements with a marker', { packages: ['x; python_version > "3"'] }],
  ['an interpreter by its name, and an owner by a number', { python: 'python3.12', owner: '990' }],
])('python.venv takes %s', (_, options) => {
  expect(refusal(() => pythonVenv('/srv/venv', options))).toBe('taken')
})
