import { describe, expect, test } from '@jest/globals'
import { main } from '../../src/cli/main.js'
import { fakeProcess } from '../cli/process.js'
import { project } from './project.js'

const files = {
  'inventory/hosts.yml':
    'all:\n  children:\n    web:\n      hosts:\n        web1: { ansible_password: hunter22, port: 81 }\n        web2:\n    db: { hosts: { db1: } }\n',
  failed: 'db1\n',
  'inventory/group_vars/web.yml': 'port: 80\napp: { name: demo }\n',
}

const inventory = async (...words: readonly string[]) => {
  const io = { ...fakeProcess(), cwd: project(files) }
  const code = await main(['node', 'fettle', 'inventory', ...words], io)
  return { code, out: io.stdout.text, err: io.stderr.text }
}

describe('fettle inventory', () => {
  const graph =
    '@all:\n  |--@ungrouped:\n  |--@web:\n  |  |--web1\n  |  |--web2\n  |--@db:\n  |  |--db1\n'
  test.each([
    ['the graph, by default', [], graph],
    ['--graph', ['--graph'], graph],
    ['--graph of some', ['--graph', '-l', 'web2'], '@all:\n  |--@web:\n  |  |--web2\n'],
    ['--graph of those that a file names', ['-l', '@failed'], '@all:\n  |--@db:\n  |  |--db1\n'],
    ['another inventory', ['-i', 'a,b'], '@all:\n  |--@ungrouped:\n  |  |--a\n  |  |--b\n'],
    [
      '--host, with -e',
      ['--host', 'web2', '-e', 'port=8080'],
      '{\n    "app": {\n        "name": "demo"\n    },\n    "port": 8080\n}\n',
    ],
    [
      '--host -v: where each was set',
      ['--host', 'web1', '-v'],
      'ansible_password: "[secret]"  # inventory/hosts.yml:5:17\napp: {"name":"demo"}  # inventory/group_vars/web.yml:2:1\nport: 81  # inventory/hosts.yml:5:45\n',
    ],
    [
      '--host, with numbers as they are written',
      ['--host', 'db1', '-e', '{version: 8.0, list: [1.0e-5]}', '-e', 'other=1.10 hex=0x1F'],
      '{\n    "hex": "0x1F",\n    "list": [\n        1e-05\n    ],\n    "other": 1.10,\n    "version": 8.0\n}\n',
    ],
    [
      '--host -v, with the same',
      ['--host', 'db1', '-v', '-e', '{version: 8.0, list: [1.0e-5]}'],
      'list: [1e-05]  # -e:1:16\nversion: 8.0  # -e:1:2\n',
    ],
    ['--host without variables', ['--host', 'db1'], '{}\n'],
  ])('%s', async (_, words, expected) => {
    expect(await inventory(...words)).toEqual({ code: 0, out: expected, err: '' })
  })

  test('--list, with all hosts and with some', async () => {
    const listed = JSON.parse((await inventory('--list')).out) as unknown
    expect(listed).toEqual({
      _meta: {
        hostvars: {
          web1: { ansible_password: '[secret]', app: { name: 'demo' }, port: 81 },
          web2: { app: { name: 'demo' }, port: 80 },
        },
      },
      all: { children: ['ungrouped', 'web', 'db'] },
      web: { hosts: ['web1', 'web2'] },
      db: { hosts: ['db1'] },
    })
    expect(JSON.parse((await inventory('--list', '-l', 'db')).out)).toEqual({
      _meta: { hostvars: {} },
      all: { children: ['db'] },
      db: { hosts: ['db1'] },
    })
  })

  test.each([
    [
      'a host that is not there',
      ['--host', 'wbe1'],
      'the inventory has no host wbe1; did you mean web1?',
    ],
    ['a limit that matches nothing', ['--list', '-l', 'mail'], 'mail matches no host and no group'],
    ['two of the three', ['--list', '--graph'], '--graph, --list and --host exclude each other'],
    ['no such inventory', ['-i', 'none.yml'], 'there is no inventory none.yml'],
  ])('%s ends with 3, and says so on standard error', async (_, words, said) => {
    const { code, out, err } = await inventory(...words)
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toContain(said)
  })

  test('warnings go to standard error', async () => {
    const io = {
      ...fakeProcess(),
      cwd: project({ ...files, 'inventory/group_vars/wbe.yml': 'a: 1\n' }),
    }
    expect(await main(['node', 'fettle', 'inventory'], io)).toBe(0)
    expect(io.stdout.text).toBe(graph)
    expect(io.stderr.text).toBe(
      'note: inventory/group_vars/wbe.yml: is not used: the inventory has no wbe; did you mean web?\n',
    )
  })
})
