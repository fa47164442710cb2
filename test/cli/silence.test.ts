import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { project } from '../inventory/project.js'

// Node must not print anything itself, such as an unknown option or a deprecation warning: standard
// error is Fettle's.

const bin = join(import.meta.dirname, '../../bin/fettle.js')
const folder = project({
  'inventory/hosts.yml': 'all: { hosts: { here: { ansible_connection: local } } }\n',
  'tasks/site.ts':
    "import { command, play, task } from 'fettle'\nexport default play({ name: 'Here', hosts: 'here', tasks: [task('Look', () => [command('true', { unless: 'true' })])] })\n",
  'home/.keep': '',
})

describe('nothing is printed on standard error by', () => {
  test.each<readonly [words: string, code?: number]>([
    ['--help'],
    ['--version'],
    ['help plan'],
    ['plan'],
    ['apply'],
    ['run true -l here'],
    ['ping'],
    ['facts here'],
    ['inventory --list'],
    ['lab --help'],
    ['demo --help'],
    ['init new'],
    ['completion bash'],
    ['plan --limt web', 3],
  ])(
    'fettle %s',
    (words, code = 0) => {
      const { PATH } = process.env
      const { status, stderr } = spawnSync(process.execPath, [bin, ...words.split(' ')], {
        cwd: folder,
        env: { PATH: `${dirname(process.execPath)}:${PATH ?? ''}`, HOME: join(folder, 'home') },
        encoding: 'utf8',
      })
      expect({ status, stderr }).toEqual({ status: code, stderr: '' })
    },
    60_000,
  )
})
