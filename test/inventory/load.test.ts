import { describe, expect, test } from '@jest/globals'
import { Secret, reveal } from '../../src/core/secret.js'
import { WrittenNumber } from '../../src/core/written-number.js'
import type { Inventory } from '../../src/inventory/inventory.js'
import { loadInventory } from '../../src/inventory/load.js'
import { problem, project } from './project.js'

type Files = Readonly<Record<string, string | Uint8Array>>

const load = (
  files: Files,
  extraVars: readonly string[] = [],
  sources: readonly string[] = [],
): Promise<Inventory> => loadInventory({ sources, project: project(files), extraVars })
const loadHosts = (yaml: string): Promise<Inventory> => load({ 'inventory/hosts.yml': yaml })

describe('groups', () => {
  test("nested, with several parents, beside all, with ranges; a group's own hosts come before those of its children", async () => {
    const inventory = await loadHosts(`
all:
  hosts:
    alone:
    web2: { ansible_host: 192.0.2.2 }
  children:
    web:
      hosts: { 'web[1:3]': }
    prod:
      children: { web: , db: }
db:
  hosts:
    db1:
    web3:
monitored: { children: { db: } }
empty:
`)
    expect([...inventory.hosts.keys()]).toEqual(['alone', 'web2', 'web1', 'web3', 'db1'])
    expect(Object.fromEntries(inventory.groups)).toEqual({
      all: ['alone', 'web2', 'web1', 'web3', 'db1'],
      ungrouped: ['alone'],
      web: ['web1', 'web2', 'web3'],
      prod: ['web1', 'web2', 'web3', 'db1'],
      db: ['db1', 'web3'],
      monitored: ['db1', 'web3'],
      empty: [],
    })
    expect(inventory.hosts.get('web3')?.groups).toEqual(['all', 'monitored', 'prod', 'db', 'web'])
    expect(inventory.hosts.get('alone')?.groups).toEqual(['all', 'ungrouped'])
    expect(inventory.warnings).toEqual([])
  })

  test('a host that ungrouped names is in it only while it is in no other group', async () => {
    const { groups } = await loadHosts('ungrouped: { hosts: { a: , b: } }\nweb: { hosts: { b: } }')
    expect(groups.get('ungrouped')).toEqual(['a'])
  })

  test('a host and a group of one name are a warning', async () => {
    const { warnings } = await loadHosts('web: { hosts: { web: } }')
    expect(warnings).toEqual(['the inventory: web names both a host and a group'])
  })
})

describe('precedence', () => {
  const web =
    'all: { vars: { v: all }, children: { prod: { vars: { v: prod }, children: { web: { vars: { v: web }, hosts: { h: { v: host } } } } } } }'
  const groups =
    'all: { vars: { v: all }, children: { prod: { vars: { v: prod }, children: { web: { vars: { v: web }, hosts: { h: } } } } } }'
  const parents =
    'all: { vars: { v: all }, children: { prod: { vars: { v: prod }, children: { web: { hosts: { h: } } } } } }'
  test.each<readonly [string, Files, readonly string[], string]>([
    ['all', { 'hosts.yml': 'all: { vars: { v: all }, hosts: { h: } }' }, [], 'all'],
    ['a group over all', { 'hosts.yml': parents }, [], 'prod'],
    ['a child over its parent', { 'hosts.yml': groups }, [], 'web'],
    ['a host over its groups', { 'hosts.yml': web }, [], 'host'],
    ['-e over a host', { 'hosts.yml': web }, ['v=extra'], 'extra'],
    ['the last -e', { 'hosts.yml': web }, ['v=one', 'v=two'], 'two'],
    [
      'at equal depth the later name',
      {
        'hosts.yml':
          'b: { vars: { v: b }, hosts: { h: } }\nc: { vars: { v: c }, hosts: { h: } }\na: { vars: { v: a }, hosts: { h: } }',
      },
      [],
      'c',
    ],
    [
      'a deeper group over a later name',
      {
        'hosts.yml':
          'z: { vars: { v: z }, hosts: { h: } }\np: { children: { a: { vars: { v: a }, hosts: { h: } } } }',
      },
      [],
      'a',
    ],
    [
      'depth by the longest way',
      {
        'hosts.yml':
          'p: { children: { q: { children: { a: { vars: { v: a } } } } } }\na: { hosts: { h: } }\nr: { children: { z: { vars: { v: z }, hosts: { h: } } } }',
      },
      [],
      'a',
    ],
    [
      'group_vars over the same group',
      { 'hosts.yml': groups, 'group_vars/web.yml': 'v: web file' },
      [],
      'web file',
    ],
    [
      'group_vars/all.yml over all',
      {
        'hosts.yml': 'all: { vars: { v: all }, hosts: { h: } }',
        'group_vars/all.yml': 'v: all file',
      },
      [],
      'all file',
    ],
    [
      'group_vars/all.yml over every group of the inventory',
      { 'hosts.yml': groups, 'group_vars/all.yml': 'v: all file' },
      [],
      'all file',
    ],
    [
      "group_vars of a parent over the inventory's child",
      { 'hosts.yml': groups, 'group_vars/prod.yml': 'v: prod file' },
      [],
      'prod file',
    ],
    [
      'the priority of a group over the later name',
      {
        'hosts.yml':
          'b: { vars: { v: b, ansible_group_priority: 2 }, hosts: { h: } }\nc: { vars: { v: c }, hosts: { h: } }',
      },
      [],
      'b',
    ],
    [
      'group_vars of a child over those of its parent',
      {
        'hosts.yml': parents,
        'group_vars/prod.yml': 'v: prod file',
        'group_vars/web.yml': 'v: web file',
      },
      [],
      'web file',
    ],
    [
      'a host over group_vars',
      { 'hosts.yml': web, 'group_vars/web.yml': 'v: web file' },
      [],
      'host',
    ],
    [
      'host_vars over the host',
      { 'hosts.yml': web, 'host_vars/h.yml': 'v: host file' },
      [],
      'host file',
    ],
    [
      '-e over host_vars',
      { 'hosts.yml': web, 'host_vars/h.yml': 'v: host file' },
      ['v=extra'],
      'extra',
    ],
    [
      'group_vars in a folder, by name',
      {
        'hosts.yml': groups,
        'group_vars/web/1.yml': 'v: first',
        'group_vars/web/2.yml': 'v: second',
        'group_vars/web/README.md': 'v: no',
      },
      [],
      'second',
    ],
    [
      'group_vars without an ending',
      { 'hosts.yml': groups, 'group_vars/web': 'v: bare' },
      [],
      'bare',
    ],
    [
      'ungrouped',
      {
        'hosts.yml': 'all: { vars: { v: all }, hosts: { h: } }',
        'group_vars/ungrouped.yml': 'v: ungrouped',
      },
      [],
      'ungrouped',
    ],
    [
      'the same host twice: the later place',
      { 'hosts.yml': 'a: { hosts: { h: { v: first } } }\nb: { hosts: { h: { v: second } } }' },
      [],
      'second',
    ],
  ])('%s', async (_, files, extraVars, expected) => {
    const inventory = await load(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`inventory/${path}`, text])),
      extraVars,
    )
    expect(inventory.hosts.get('h')?.vars).toEqual({ v: expected })
  })

  test('of several inventories the later wins, and each has its own variable files', async () => {
    const inventory = await load(
      {
        'a/hosts.yml': 'web: { vars: { v: a, w: a }, hosts: { h: } }',
        'b/prod.yml': 'web: { vars: { v: b } }',
        'b/group_vars/web.yml': 'x: b',
      },
      [],
      ['a', 'b/prod.yml'],
    )
    expect(inventory.hosts.get('h')?.vars).toEqual({ v: 'b', w: 'a', x: 'b' })
  })

  test('values replace each other, and are not merged', async () => {
    const inventory = await loadHosts(
      'all: { vars: { v: { a: 1 } }, hosts: { h: { v: { b: 2 } } } }',
    )
    expect(inventory.hosts.get('h')?.vars).toEqual({ v: { b: 2 } })
  })
})

describe('which files are read', () => {
  const hosts = 'all: { hosts: { h: } }'
  test('a directory stands for its files by name, without examples, host keys and code', async () => {
    const inventory = await load({
      'inventory/hosts.yml': hosts,
      'inventory/more': '[web]\nk\n',
      'inventory/example.yml': 'all: { hosts: { sample: } }',
      'inventory/known_hosts': 'h ssh-ed25519 AAAA',
      'inventory/known_hosts.old': '',
      'inventory/cloud.ts': 'throw new Error()',
    })
    expect([...inventory.hosts.keys()]).toEqual(['h', 'k'])
  })

  test('hosts.ini, which Ansible leaves out, is read where a directory has nothing else', async () => {
    expect([...(await load({ 'inventory/hosts.ini': 'h' })).hosts.keys()]).toEqual(['h'])
    expect([
      ...(
        await load({ 'inventory/hosts.ini': 'h', 'inventory/hosts.yml': 'all: { hosts: { k: } }' })
      ).hosts.keys(),
    ]).toEqual(['k'])
  })

  test('a file that -i names, with the variables beside it', async () => {
    const inventory = await load(
      { 'servers/example.yml': hosts, 'servers/host_vars/h.yaml': 'v: 1' },
      [],
      ['servers/example.yml'],
    )
    expect(inventory.hosts.get('h')?.vars).toEqual({ v: 1 })
  })

  test('a list of hosts with a comma', async () => {
    const inventory = await load({}, [], ['192.0.2.7,web[1:2]:2222'])
    expect([...inventory.hosts.values()].map(({ connection }) => connection)).toEqual([
      { host: '192.0.2.7', local: false },
      { host: 'web1', port: 2222, local: false },
      { host: 'web2', port: 2222, local: false },
    ])
  })

  test('variables for a name that the inventory lacks are a warning', async () => {
    const { warnings } = await load({
      'inventory/hosts.yml': 'web: { hosts: { h: } }',
      'inventory/group_vars/wbe.yml': 'v: 1',
      'inventory/host_vars/elsewhere.yml': 'v: 1',
      'inventory/group_vars/notes.txt': 'no: yaml: here',
    })
    expect(warnings).toEqual([
      'inventory/group_vars/wbe.yml: is not used: the inventory has no wbe; did you mean web?',
      'inventory/host_vars/elsewhere.yml: is not used: the inventory has no elsewhere',
    ])
  })

  test.each<readonly [string, Files, readonly string[], string]>([
    [
      'nothing',
      {},
      [],
      'inventory-missing: there is no inventory inventory\n→ create hosts.yml there, or name another inventory with -i',
    ],
    [
      'a directory without hosts.yml',
      { 'inventory/group_vars/all.yml': '' },
      [],
      'inventory-missing: inventory holds no inventory\n→ create hosts.yml there, or name another inventory with -i',
    ],
    [
      'a program',
      { cloud: '#!/bin/sh\n' },
      ['cloud'],
      `inventory-invalid: cloud: is a program, which Fettle does not run as an inventory\n→ ansible-inventory -i cloud --list -y prints any of Ansible's inventories as YAML; or write a .ts inventory that exports a function`,
    ],
    [
      'code where nothing can run it',
      { 'hosts.ts': '' },
      ['hosts.ts'],
      'inventory-invalid: hosts.ts: code cannot be run here\n→ give an inventory in YAML or INI',
    ],
    [
      'a plugin of Ansible',
      { 'aws.yml': 'plugin: aws_ec2\nregions: [eu]\n' },
      ['aws.yml'],
      "inventory-invalid: aws.yml:1:1: is the configuration of one of Ansible's inventory plugins, which Fettle does not run\n→ write a .ts inventory that exports a function",
    ],
    [
      'a name without a file',
      {},
      ['prod.yml'],
      'inventory-missing: there is no inventory prod.yml\n→ create hosts.yml there, or name another inventory with -i',
    ],
  ])('%s', async (_, files, sources, expected) => {
    expect(await problem(() => load(files, [], sources))).toBe(expected)
  })

  test('an example is pointed at', async () => {
    expect(await problem(() => load({ 'inventory/example.yml': hosts }))).toBe(
      'inventory-missing: inventory holds no inventory\n→ cp inventory/example.yml inventory/hosts.yml, and edit it; or name another inventory with -i',
    )
  })

  test('of a folder and files of variables the first that Ansible looks for, and a warning', async () => {
    const { hosts: loaded, warnings } = await load({
      'inventory/hosts.yml': hosts,
      'inventory/group_vars/all/a.yml': 'v: folder',
      'inventory/group_vars/all.yml': 'v: file',
      'inventory/group_vars/ungrouped.yml': 'ansible_group_priority: 3',
    })
    expect(loaded.get('h')?.vars).toEqual({ v: 'folder', ansible_group_priority: 3 })
    expect(warnings).toEqual([
      'inventory/group_vars/all.yml: is not read, because all is there, as in Ansible',
      'inventory/group_vars/ungrouped.yml:1:1: ansible_group_priority counts only in the inventory itself, as in Ansible',
    ])
  })
})

describe('-e', () => {
  const vars = async (...extraVars: readonly string[]): Promise<unknown> => {
    const inventory = await load(
      { 'inventory/hosts.yml': 'all: { hosts: { h: } }', 'more.yml': 'from: file\nlist: [1, 2]' },
      extraVars,
    )
    return inventory.hosts.get('h')?.vars
  }
  test.each<readonly [string, unknown]>([
    ['port=80', { port: 80 }],
    ['a=1 b=two', { a: 1, b: 'two' }],
    [`a='two words' b="x y"`, { a: 'two words', b: 'x y' }],
    [`a='80'`, { a: '80' }],
    ['on=true off=no none=null', { on: true, off: 'no', none: null }],
    ['a=', { a: '' }],
    ['a=#x b=[1] c={d} d=*e f=x=y', { a: '#x', b: '[1]', c: '{d}', d: '*e', f: 'x=y' }],
    ['mode=0644 port=+80 zero=0', { mode: '0644', port: new WrittenNumber('+80', 80), zero: 0 }],
    ['version=1.10 other=8.1', { version: new WrittenNumber('1.10', 1.1), other: 8.1 }],
    ['{"a": {"b": [1]}}', { a: { b: [1] } }],
    ['{a: 1, b: yes}', { a: 1, b: true }],
    ['{a: 1, a: 2}', { a: 2 }],
    ['@more.yml', { from: 'file', list: [1, 2] }],
    ['__proto__.x=1', JSON.parse('{"__proto__.x": 1}')],
  ])('%s', async (given, expected) => {
    expect(await vars(given)).toEqual(expected)
  })

  test.each([
    ['a', 'usage: -e takes name=value, a mapping in YAML or JSON, or @file'],
    ['a=1 hunter2', 'usage: -e takes name=value, a mapping in YAML or JSON, or @file'],
    [`a='open`, 'usage: -e takes name=value, a mapping in YAML or JSON, or @file'],
    [
      '[1]',
      'inventory-invalid: -e:1:1: what -e takes must be a mapping (name: value), and is a list',
    ],
    ['@none.yml', 'inventory-missing: none.yml: cannot be read (ENOENT)'],
  ])('%s is refused', async (given, expected) => {
    expect((await problem(() => vars(given))).split('\n')[0]).toBe(expected)
  })

  test('it reaches the connection, and a password is a Secret', async () => {
    const { hosts } = await load({ 'inventory/hosts.yml': 'all: { hosts: { h: } }' }, [
      'ansible_user=deploy ansible_password=0123456',
    ])
    const connection = hosts.get('h')?.connection
    expect(connection?.user).toBe('deploy')
    expect(reveal(connection?.password ?? new Secret(''))).toBe('0123456')
    expect(JSON.stringify(hosts.get('h'))).not.toContain('0123456')
  })
})

describe('secrets in -e', () => {
  const warningsOf = async (...extraVars: readonly string[]): Promise<readonly string[]> =>
    (
      await load(
        {
          'inventory/hosts.yml': 'all: { hosts: { h: } }',
          'more.yml': 'db_password: hunter22\nansible_password: hunter22\n',
        },
        extraVars,
      )
    ).warnings
  const shown = (
    where: string,
    name: string,
    instead = 'put it into .env and take it with env.secret(…), or give -e @FILE',
  ): string =>
    `${where}: ${name} is given on the command line, where ps shows it to everybody on this machine: ${instead}`
  const sudo = 'give -K or --become-password-file'
  const login = 'give -k or --connection-password-file'

  test.each<readonly [given: string, expected: readonly string[]]>([
    ['ansible_become_password=hunter22', [shown('-e', 'ansible_become_password', sudo)]],
    ['ansible_sudo_pass=hunter22', [shown('-e', 'ansible_sudo_pass', sudo)]],
    ['ansible_password=hunter22 port=80', [shown('-e', 'ansible_password', login)]],
    [`ansible_ssh_pass='hunter22'`, [shown('-e', 'ansible_ssh_pass', login)]],
    ['{"ansible_password": "hunter22", "a": 1}', [shown('-e:1:2', 'ansible_password', login)]],
    ['db_password=hunter22', [shown('-e', 'db_password')]],
    ['db_password=22222222', [shown('-e', 'db_password')]],
    ['{db: {user: a, password: hunter22}}', [shown('-e:1:16', 'db.password')]],
    [
      '{github_tokens: [hunter22, hunter23], apiKey: hunter22}',
      [
        shown('-e:1:18', 'github_tokens.0'),
        shown('-e:1:28', 'github_tokens.1'),
        shown('-e:1:39', 'apiKey'),
      ],
    ],
    ['{secrets: {a: {b: hunter22}}}', [shown('-e:1:16', 'secrets.a.b')]],
    ['database_url=mysql://app:hunter22@localhost/app', [shown('-e', 'database_url')]],
    [
      '{urls: ["https://example.org", "https://:hunter22@example.org"]}',
      [shown('-e:1:32', 'urls.1')],
    ],
    [`key='-----BEGIN OPENSSH PRIVATE KEY-----'`, [shown('-e', 'key')]],
    ...[
      'rootpw',
      'MYSQL_PWD',
      'aws_secret_access_key',
      'private_key',
      'client_secret',
      'vault_token',
      'credentials',
      'deploy-passphrase',
    ].map((name): [string, string[]] => [`${name}=hunter22`, [shown('-e', name)]]),
  ])('%s', async (given, expected) => {
    const said = await warningsOf(given)
    expect(said).toEqual(expected)
    expect(said.join()).not.toMatch(/hunter2|22222222/)
  })

  test.each([
    '@more.yml',
    'port=80',
    'password_length=12',
    'db_password_file=/run/secrets/db',
    'token_url=https://example.org/token',
    'secret_name=app',
    'password_login=false',
    'password=',
    'bypass=x',
    'ssh_key=/etc/key',
    'url=https://user@example.org/',
    '{public_key: ssh-ed25519 AAAA}',
  ])('nothing is said of %s', async (given) => {
    expect(await warningsOf(given)).toEqual([])
  })
})

// A pattern that matches the first of these in many ways takes half a minute for 40, and twice as
// long for every two more.
test('a line of many # before the first group is a comment like any other', async () => {
  expect([
    ...(await load({ 'inventory/hosts': `${'# '.repeat(60)}\n\n[web]\nweb1\n` })).hosts.keys(),
  ]).toEqual(['web1'])
  expect([
    ...(
      await load({ 'inventory/hosts': `${'# '.repeat(60)}\n  # more\nweb:\n  hosts: { web1: }\n` })
    ).hosts.keys(),
  ]).toEqual(['web1'])
})

describe('ansible.cfg', () => {
  const warningsOf = async (
    cfg: string,
    sources: readonly string[] = [],
  ): Promise<readonly string[]> =>
    (
      await load(
        { 'ansible.cfg': cfg, 'inventory/hosts.yml': 'all: { hosts: { h: } }' },
        [],
        sources,
      )
    ).warnings
  const said = (line: number, key: string, instead: string): string =>
    `ansible.cfg:${String(line)}:1: Fettle does not read ${key} of ansible.cfg: ${instead}`

  test('settings about hosts and how to reach them are warnings with their places', async () => {
    expect(
      await warningsOf(
        '[defaults]\ninventory = prod/\nremote_user = deploy\nprivate_key_file=~/.ssh/deploy ; a comment\nhost_key_checking: False\nhash_behaviour=merge\nforks = 20\n\n[privilege_escalation]\n# become_user = x\nbecome = True\n[ssh_connection]\nssh_args = -o ForwardAgent=yes\n[sudo_become_plugin]\npassword = hunter22\n',
      ),
    ).toEqual([
      said(2, 'inventory', 'name it with -i'),
      said(3, 'remote_user', 'set ansible_user in the inventory, or give -u'),
      said(4, 'private_key_file', 'set ansible_ssh_private_key_file in the inventory'),
      said(
        5,
        'host_key_checking',
        'set ansible_host_key_checking in the inventory, or give --accept-new',
      ),
      said(6, 'hash_behaviour', 'mappings replace each other'),
      said(11, 'become', 'set ansible_become in the inventory, or give -b'),
      said(13, 'ssh_args', 'set ansible_ssh_args in the inventory'),
      said(15, 'password', 'give -K or --become-password-file'),
    ])
  })

  test('a push without changes is no event', async () => {
    expect(
      await warningsOf(
        '[defaults]\ninventory = ./inventory\nhost_key_checking = True\ntransport = smart\nconstructor = x\n[privilege_escalation]\nbecome = no\nbecome_method = sudo\nbecome_flags = -H -S -n\n[ssh_connection]\nssh_args = -C -o ControlMaster=auto -o ControlPersist=60s\npipelining = True\n',
      ),
    ).toEqual([])
    expect(await warningsOf('[defaults]\ninventory = prod/\n', ['inventory'])).toEqual([])
  })

  test('a long value is parsed once', async () => {
    const args = `-oControlX=${'-oControlX=-C'.repeat(40)}\t-`
    expect(
      await warningsOf(
        `[ssh_connection]\nssh_args = ${args}\nssh_extra_args =${' '.repeat(20_000)}-C${' ;'.repeat(20_000)}\n`,
      ),
    ).toEqual([said(2, 'ssh_args', 'set ansible_ssh_args in the inventory')])
  })
})

describe('as Ansible does, with a warning', () => {
  test.each<readonly [what: string, yaml: string, vars: unknown, warnings: readonly string[]]>([
    [
      'of two variables of one name the later counts',
      'all:\n  hosts: { h: }\n  vars:\n    a: 1\n    b: 2\n    a: 3',
      { a: 3, b: 2 },
      [
        '6:5: a is there twice, and this one counts, as with Ansible; the other is at inventory/hosts.yml:4:5',
      ],
    ],
    [
      'of three the last',
      'all: { hosts: { h: { a: 1, a: 2, a: 3 } } }',
      { a: 3 },
      [
        '1:28: a is there twice, and this one counts, as with Ansible; the other is at inventory/hosts.yml:1:22',
        '1:34: a is there twice, and this one counts, as with Ansible; the other is at inventory/hosts.yml:1:28',
      ],
    ],
    [
      'deep in a value, which several hosts share',
      'all:\n  hosts: { h: , k: }\n  vars: { a: &x [{ b: 1, b: 2 }], c: *x }',
      { a: [{ b: 2 }], c: [{ b: 2 }] },
      [
        '3:26: b is there twice, and this one counts, as with Ansible; the other is at inventory/hosts.yml:3:20',
      ],
    ],
    [
      'of two hosts of one name',
      'all:\n  hosts:\n    h: { a: 1 }\n    h: { b: 2 }',
      { b: 2 },
      [
        '4:5: h is there twice, and this one counts, as with Ansible; the other is at inventory/hosts.yml:3:5',
      ],
    ],
    [
      'what is no group is passed over',
      'port: 80\nlist: [1]\nall: { hosts: { h: } }',
      {},
      [
        '1:1: port is passed over, as by Ansible: it is no group',
        '2:1: list is passed over, as by Ansible: it is no group',
      ],
    ],
    [
      'a group may be called as its parts are',
      'hosts: { hosts: { h: }, vars: { a: 1 } }',
      { a: 1 },
      [],
    ],
    [
      'what a group cannot have',
      'all: { hosts: { h: }, environment: {} }',
      {},
      [
        '1:23: group all has children, hosts and vars, and no environment, which is passed over, as by Ansible',
      ],
    ],
  ])('%s', async (_, yaml, vars, expected) => {
    const { hosts, warnings } = await loadHosts(yaml)
    expect(hosts.get('h')?.vars).toEqual(vars)
    expect(warnings).toEqual(expected.map((warning) => `inventory/hosts.yml:${warning}`))
  })

  test('the place of a variable that is set twice is the later one', async () => {
    const { hosts } = await loadHosts('all:\n  hosts:\n    h:\n      a: 1\n      a: 2')
    expect(hosts.get('h')?.place('a')).toEqual({ file: 'inventory/hosts.yml', line: 5, column: 7 })
  })
})

describe('a file without an ending', () => {
  const names = async (text: string): Promise<readonly string[]> => [
    ...(await load({ hosts: text }, [], ['hosts'])).hosts.keys(),
  ]
  test.each([
    ['INI behind a comment with a colon', '# file: hosts\n[web]\nh\n'],
    ['INI behind one without a space', '#file: hosts\n[web]\nh\n'],
    ['INI behind a comment that looks like YAML', '#web:\n# ---\n;db:\n[web]\nh\n'],
    ['INI without anything else', 'h'],
    ['INI with lines of Windows', '#a:\r\n\r\n[web]\r\nh\r\n'],
    ['INI that begins with a host', '\n  h a="b: c"\n'],
    ['INI that begins with a host and a port', 'h:2222\n'],
    ['YAML behind a comment', '# [web]\n\n  # x=1\nweb:\n  hosts: { h: }\n'],
    ['YAML with a name in quotes', '"two words":\n  hosts: { h: }\n'],
    ['YAML with a name of two words', 'two words:\n  hosts: { h: }\n'],
    ['YAML with its version', '%YAML 1.1\n---\nweb: { hosts: { h: } }\n'],
    ['JSON', '\n{"web": {"hosts": {"h": null}}}'],
  ])('%s', async (_, text) => {
    expect(await names(text)).toEqual(['h'])
  })
})

describe('an inventory of another shape', () => {
  test.each([
    ['- web', '1:1: an inventory must be a mapping (name: value), and is a list'],
    ['web', '1:1: an inventory must be a mapping (name: value), and is a single value'],
    ['hosts: { a: }', '1:1: hosts stands where the name of a group is expected'],
    ['all: [a]', '1:6: group all must be a mapping (name: value), and is a list'],
    [
      'all:\n  hosts: [a, b]',
      '2:10: hosts of group all must be a mapping (name: value), and is a list',
    ],
    [
      'all:\n  hosts:\n    a: 192.0.2.1',
      '3:8: the variables of a must be a mapping (name: value), and is a single value',
    ],
    ['all:\n  host: { a: }', '2:3: group all has children, hosts and vars, and no host'],
    [
      'all: { children: { web: { children: { all: } } } }',
      '1:39: all cannot be a child of web: every group is its child',
    ],
    [
      'a: { children: { b: { children: { c: { children: { a: } } } } } }',
      '1:18: group a is below itself: a > b > c > a',
    ],
    ['a: { children: { a: } }', '1:18: group a is below itself: a > a'],
    [
      'ungrouped: { children: { a: { hosts: { h: } } } }',
      '1:26: a cannot be a child of ungrouped, which holds the hosts that are in no other group',
    ],
    ['all: { hosts: { "a\\eb": } }', '1:17: "a\\u001bb" is no name of a host'],
    ['all: { hosts: { "": } }', '1:17: "" is no name of a host'],
    [
      'all: { vars: { ansible_group_priority: x } }',
      '1:16: ansible_group_priority of group all must be a whole number',
    ],
    ['"web\\edb": ', '1:1: "web\\u001bdb" is no name of a group'],
    ['all:\n  hosts:\n    web[3:1]:', '3:5: [3:1] ends before it begins'],
    ['? [a]\n: 1', '1:3: a name must be a single word'],
    ['~: 1', '1:4: group ~ must be a mapping (name: value), and is a single value'],
  ])('%s', async (yaml, expected) => {
    expect((await problem(() => loadHosts(yaml))).split('\n')[0]).toContain(
      `inventory-invalid: inventory/hosts.yml:${expected}`,
    )
  })
})

describe('hostile files', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'
      .split('')
      .map((name, index) => `${name}: &${name} [${`*${'abcdefgh'.charAt(index)},`.repeat(9)}]`),
  ].join('\n')
  const inVars = (yaml: string): string =>
    `all:\n  hosts: { h: }\n  vars:\n${yaml.replace(/^/gm, '    ')}`
  test.each([
    ['aliases that multiply', inVars(bomb), 'stands for too much: its aliases multiply'],
    ['an alias inside its own anchor', inVars('a: &a [*a]'), 'is nested more than 64 levels deep'],
    [
      'groups inside themselves by an alias',
      'a: &a { children: { b: *a } }',
      'groups are nested more than 64 levels deep',
    ],
    [
      'a hundred groups below each other',
      Array.from(
        { length: 100 },
        (_, index) => `g${String(index)}: { children: { g${String(index + 1)}: } }`,
      ).join('\n'),
      'group g64 is more than 64 levels below all',
    ],
    [
      'the same from the other end',
      Array.from(
        { length: 100 },
        (_, index) => `g${String(100 - index)}: { children: { g${String(101 - index)}: } }`,
      ).join('\n'),
      'groups are nested more than 64 levels deep',
    ],
    ['an alias before its anchor', inVars('a: *b\nb: &b 1'), '4:8: there is no &b before this'],
    [
      '10,000 levels',
      inVars(`a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`),
      'inventory/hosts.yml:4:',
    ],
    [
      '10,000 levels that are not closed',
      inVars(`a: ${'{a: '.repeat(10_000)}`),
      'inventory/hosts.yml:4:',
    ],
    ['3,000 brackets without a partner', inVars('a: [\n'.repeat(3000)), 'inventory/hosts.yml:5:'],
    [
      'a quote without a partner, and 3,000 brackets',
      inVars(`a: "\n${'b: [\n'.repeat(3000)}`),
      'Missing closing "quote',
    ],
    [
      'a tag that asks for code',
      inVars('a: !!js/function "function () {}"'),
      '4:8: Unresolved tag',
    ],
    ['!include', inVars('a: !include /etc/shadow'), '4:8: Unresolved tag: !include'],
    ['two documents', 'all:\n---\nweb:', '2:1: '],
    ['a tab as indentation', 'all:\n\thosts:', '2:1: '],
    ['a NUL byte', 'all:\0', 'holds a NUL byte'],
    [
      'a list of a million',
      inVars(`a: [${'x,'.repeat(1_000_000)}]`),
      'has more than 300000 lines and items',
    ],
    [
      'a million levels',
      inVars(`a: ${'- '.repeat(1_000_000)}x`),
      'has more than 300000 lines and items',
    ],
    ['a huge file', `# ${'x'.repeat(5_000_000)}`, 'is larger than 5 MB'],
    ['vault text', '$ANSIBLE_VAULT;1.1;AES256\n6162', 'is encrypted with ansible-vault'],
    ['bytes that are no text', inVars('a: !!binary aGk='), '4:8: Unresolved tag'],
  ])('%s', async (_, yaml, expected) => {
    const said = await problem(() => loadHosts(yaml))
    expect(said).toContain('inventory-invalid: ')
    expect(said).toContain(expected)
    expect(said.length).toBeLessThan(500)
  })

  test.each(['utf8', 'utf16le', 'utf16be'] as const)(
    'a byte order mark of %s, in every file',
    async (encoding) => {
      const marked = (text: string): Uint8Array => {
        const bytes = Buffer.from(`\ufeff${text}`, encoding === 'utf8' ? 'utf8' : 'utf16le')
        return encoding === 'utf16be' ? bytes.swap16() : bytes
      }
      const inventory = await load(
        {
          'inventory/hosts.yml': marked('web: { hosts: { h: } }\n'),
          'inventory/more': marked('[web]\nk\n'),
          'inventory/group_vars/web.yml': marked('a: é\n'),
          'more.yml': marked('b: 1'),
        },
        ['@more.yml'],
      )
      expect([...inventory.hosts.values()].map(({ name, vars }) => [name, vars])).toEqual([
        ['h', { a: 'é', b: 1 }],
        ['k', { a: 'é', b: 1 }],
      ])
    },
  )

  test('bytes that are not UTF-8', async () => {
    expect(
      await problem(() =>
        load({ 'inventory/hosts.yml': new Uint8Array([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]) }),
      ),
    ).toContain('hosts.yml: is written in UTF-32, which is not read')
    expect(
      await problem(() => load({ 'inventory/hosts.yml': new Uint8Array([0x61, 0xff, 0xfe]) })),
    ).toBe('inventory-invalid: inventory/hosts.yml: is not UTF-8 text\n→ save the file as UTF-8')
  })

  test('a syntax error does not quote what may be a password', async () => {
    for (const yaml of [
      'a: |hunter22',
      'a: "x" hunter22',
      'a: b: hunter22',
      '}hunter22',
      '@hunter22: 1',
      'a: "\\qhunter22"',
    ]) {
      const said = await problem(() => loadHosts(inVars(yaml)))
      expect(said).toContain('inventory-invalid')
      expect(said).not.toContain('hunter22')
    }
  })

  test('names that mean something to JavaScript are only names', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype']
    const inventory = await load(
      {
        'inventory/hosts.yml': names
          .map(
            (name) =>
              `${name}:\n  vars: { ${name}: { polluted: ${name} }, x: { __proto__: { polluted: 1 } } }\n  hosts: { h_${name}: , ${name}: }`,
          )
          .join('\n'),
        'inventory/host_vars/__proto__.yml': 'y: 1',
      },
      ['{"__proto__": {"polluted": 1}}', 'constructor.prototype.polluted=1'],
    )
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(Object.prototype).not.toHaveProperty('polluted')
    expect([...inventory.groups.keys()].slice(2)).toEqual(names)
    expect(inventory.hosts.get('__proto__')?.groups).toEqual(['all', '__proto__'])
    expect(inventory.hosts.get('__proto__')?.vars.y).toBe(1)
    expect(Object.getPrototypeOf(inventory.hosts.get('h_constructor')?.vars)).toBeNull()
    expect(
      Object.getOwnPropertyDescriptor(
        inventory.hosts.get('h_constructor')?.vars ?? {},
        'constructor',
      )?.value,
    ).toEqual({ polluted: 'constructor' })
  })

  test('one host cannot change what others see', async () => {
    const { hosts } = await loadHosts(
      'all: { vars: { list: [1], map: { a: 1 } }, hosts: { a: , b: } }',
    )
    expect(() => (hosts.get('a')?.vars.list as unknown[]).push(2)).toThrow(TypeError)
    expect(() => {
      ;(hosts.get('a')?.vars.map as Record<string, unknown>).a = 2
    }).toThrow(TypeError)
    expect(hosts.get('b')?.vars).toEqual({ list: [1], map: { a: 1 } })
  })
})

describe('YAML', () => {
  test('anchors, merges, kinds of scalars, a byte order mark', async () => {
    const { hosts } = await loadHosts(`\uFEFFall:
  vars: &defaults { a: 1, b: no, c: 0o17, d: "0644", e: 1.5, f: null, g: 2024-01-31, h: 12:30:45 }
  hosts:
    one: { <<: *defaults, a: 2 }
    two: { <<: [{ i: 1 }, *defaults], "<<": plain }
`)
    expect(hosts.get('one')?.vars).toEqual({
      a: 2,
      b: false,
      c: '0o17',
      d: '0644',
      e: 1.5,
      f: null,
      g: '2024-01-31',
      h: 45045,
    })
    expect(hosts.get('two')?.vars).toMatchObject({ i: 1, a: 1, '<<': 'plain' })
  })

  // Parsed as numbers these would take minutes.
  test('four million digits are text', async () => {
    const long = '9'.repeat(4_000_000)
    const { hosts } = await load({
      'inventory/hosts.yml': `all: { hosts: { h: { a: ${long} } } }`,
      'inventory/host_vars/h.yml': `b: 0x${long}`,
      'inventory/group_vars/all.json': `{"c": -${long}}`,
    })
    expect(
      Object.entries(hosts.get('h')?.vars ?? {}).map(([name, value]) => [
        name,
        (value as string).length,
      ]),
    ).toEqual([
      ['c', 4_000_001],
      ['a', 4_000_000],
      ['b', 4_000_002],
    ])
  })

  test('places of variables and of their parts', async () => {
    const { hosts } = await load(
      {
        'inventory/hosts.yml':
          'all:\n  hosts:\n    h:\n      app:\n        ports:\n          - 80\n          - 81\n',
        'inventory/group_vars/all.yml': 'app: 1\nother: 2\n',
      },
      ['extra=1'],
    )
    const place = (variable: string, path?: readonly PropertyKey[]): unknown =>
      hosts.get('h')?.place(variable, path)
    expect(place('app')).toEqual({ file: 'inventory/hosts.yml', line: 4, column: 7 })
    expect(place('app', ['ports', 1])).toEqual({ file: 'inventory/hosts.yml', line: 7, column: 13 })
    expect(place('app', ['nowhere'])).toEqual({ file: 'inventory/hosts.yml', line: 4, column: 7 })
    expect(place('other')).toEqual({ file: 'inventory/group_vars/all.yml', line: 2, column: 1 })
    expect(place('extra')).toEqual({ file: '-e', line: 0, column: 0 })
    expect(place('none')).toBeNull()
  })
})
