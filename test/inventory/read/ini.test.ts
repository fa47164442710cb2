import { describe, expect, test } from '@jest/globals'
import { reveal, Secret } from '../../../src/core/secret.js'
import { loadInventory } from '../../../src/inventory/load.js'
import { pythonLiteral } from '../../../src/inventory/read/python-literal.js'
import { problem, project } from '../project.js'

// The meaning of INI is compared with the real Ansible (ansible.test.ts); this tests its errors and
// their places.

const load = (ini: string) =>
  loadInventory({ sources: ['hosts.ini'], project: project({ 'hosts.ini': ini }), extraVars: [] })

describe('errors with their places', () => {
  test.each([
    [
      '[web]\nh a=1 b',
      '2:7: name=value is expected here',
      'put a value with spaces in quotes: name="two words"',
    ],
    ['[web]\n  h  a="1 2', '2:8: this quote has no partner', null],
    ['h a=\\', '1:5: a backslash at the end of a line escapes nothing', null],
    ['h =1', '1:3: name=value is expected here', null],
    ['[web] x', '1:1: [web] is no range', null],
    [
      '[we b]',
      '1:1: this is no section',
      'write [group], [group:vars] or [group:children], without spaces',
    ],
    ['  []', '1:3: this is no section', null],
    [
      '[web:host]\n',
      '1:6: [web:host] is of no kind that there is',
      'write [group], [group:vars] or [group:children]',
    ],
    [
      '[web:vars]\na=1',
      '1:2: there is no group web that these variables could be of',
      'declare it with a section [web]',
    ],
    [
      '[web]\n[wbe:vars]\na=1',
      '2:2: there is no group wbe that these variables could be of; did you mean web?',
      null,
    ],
    [
      '[a:children]\n b\n',
      '2:2: there is no group b that a could have among its children',
      'declare it with a section [b]',
    ],
    ['[a:children]\nb x=1\n', '2:1: the name of a group is expected here, a child of a', null],
    ['[a:children]\nall\n', '2:1: all cannot be a child of a: every group is its child', null],
    [
      '[web]\n[web:vars]\n  port 80\n',
      '3:3: a variable of group web is expected here: name=value',
      null,
    ],
    [
      '[web]\n[web:vars]\nansible_group_priority=high',
      '3:1: ansible_group_priority of group web must be a whole number',
      null,
    ],
    ['[web]\nweb[3:1]', '2:1: [3:1] ends before it begins', null],
    [
      '[web]\nh:',
      '2:1: "h:" is no name of a host',
      'give a file of YAML a name that ends with .yml',
    ],
    [
      '---\nall:\n',
      '1:1: "---" is no name of a host',
      'give a file of YAML a name that ends with .yml',
    ],
    ['[web]\nh\x07', '2:1: "h\\u0007" is no name of a host', null],
    ['[a:children]\nb\n[b:children]\na\n', '2:1: group a is below itself: a > b > a', null],
    [
      '$ANSIBLE_VAULT;1.1;AES256\n6162',
      ' is encrypted with ansible-vault, which Fettle does not read',
      null,
    ],
    ['h a=\0', ' holds a NUL byte', null],
  ])('%j', async (ini, said, remedy) => {
    const [message, advice] = (await problem(() => load(ini))).split('\n')
    expect(message).toContain(`inventory-invalid: hosts.ini:${said}`)
    if (remedy !== null) expect(advice).toBe(`→ ${remedy}`)
  })

  test('a wrong connection setting is an error where the connection is used', async () => {
    const { hosts } = await load('h ansible_port=22x')
    expect(await problem(() => hosts.get('h')?.connection)).toContain(
      'inventory-invalid: hosts.ini:1:3: ansible_port of h must be a number from 1 to 65535, and is "22x"',
    )
  })

  test('possible passwords are not quoted', async () => {
    for (const ini of [
      'h ansible_password= hunter22',
      'h ansible_password="hunter22',
      '[all:vars]\nhunter22',
    ])
      expect(await problem(() => load(ini))).not.toContain('hunter22')
  })
})

test('places of variables, and warnings', async () => {
  const { hosts, warnings } = await load('[web]\nh a=1  ansible_usr=x\n[web:vars]\n  b = 1\n')
  expect([hosts.get('h')?.place('a'), hosts.get('h')?.place('b')]).toEqual([
    { file: 'hosts.ini', line: 2, column: 3 },
    { file: 'hosts.ini', line: 4, column: 3 },
  ])
  expect(warnings).toEqual([
    'hosts.ini:2:8: Fettle does not know ansible_usr and ignores it; did you mean ansible_user?',
  ])
})

test('a password is a Secret, and stays the text that it was', async () => {
  const { hosts } = await load(
    `a ansible_password=0123456\nb ansible_password="'quoted'" ansible_become_password=12345678\n`,
  )
  const passwords = [...hosts.values()].flatMap(({ vars }) =>
    Object.values(vars).map((value) => (value instanceof Secret ? reveal(value) : null)),
  )
  expect(passwords).toEqual(['0123456', 'quoted', '12345678'])
  expect(JSON.stringify([...hosts.values()])).not.toContain('123456')
})

describe('hostile values', () => {
  test.each([
    ['10,000 brackets', '['.repeat(10_000)],
    ['10,000 closed ones', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['10,000 signs', '-'.repeat(10_000)],
    ['a long text without its quote', `'${'\\'.repeat(9_999)}`],
    ['a call', '__import__("os").system("id")'],
    ['a comprehension', '[x for x in (1,)]'],
    ['a huge number', '9'.repeat(5_000)],
  ])('%s is no literal', (_, text) => {
    expect(pythonLiteral(text)).toBeNull()
  })

  test('names of a mapping are only names', () => {
    const value = pythonLiteral(`{'__proto__': {'polluted': 1}, 'constructor': 2}`)
      ?.value as Record<string, unknown>
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(Object.getPrototypeOf(value)).toBeNull()
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
  })
})
