import { describe, expect, test } from '@jest/globals'
import { Secret, reveal } from '../../../src/core/secret.js'
import { checkHosts } from '../../../src/inventory/select/usable-hosts.js'
import type { Connection, Inventory } from '../../../src/inventory/inventory.js'
import { loadInventory } from '../../../src/inventory/load.js'
import { selectHosts } from '../../../src/inventory/select/pattern.js'
import { problem, project } from '../project.js'

// Which of several names takes precedence is compared with the real Ansible (ansible.test.ts).

const loadHosts = (yaml: string): Promise<Inventory> =>
  loadInventory({ sources: [], project: project({ 'inventory/hosts.yml': yaml }), extraVars: [] })
/** The connection of a host with these variables, and its warnings. */
const connected = async (
  ...vars: readonly string[]
): Promise<{
  readonly connection: Connection | undefined
  readonly warnings: readonly string[]
}> => {
  const { hosts, warnings } = await loadHosts(
    `all:\n  hosts:\n    h:\n${vars.map((each) => `      ${each}\n`).join('')}`,
  )
  return { connection: hosts.get('h')?.connection, warnings }
}

describe('connections', () => {
  test('every name that Fettle knows', async () => {
    const { hosts, warnings } = await loadHosts(`
all:
  hosts:
    h:
      ansible_host: 2001:db8::7
      ansible_port: "2222"
      ansible_user: deploy
      ansible_password: 007
      ansible_ssh_private_key_file: /keys/id
      ansible_ssh_common_args: -J jump@bastion -o "ProxyCommand=nc %h %p" -F/etc/ssh_config
      ansible_connection: ssh
      ansible_become: yes
      ansible_become_user: root
      ansible_become_password: sudo
      port: 80
      user: app
      host: app.example.org
`)
    const { password, becomePassword, ...connection } = hosts.get('h')?.connection ?? {
      host: '',
      local: false,
    }
    expect(connection).toEqual({
      host: '2001:db8::7',
      port: 2222,
      user: 'deploy',
      local: false,
      privateKeyFile: '/keys/id',
      become: true,
      becomeUser: 'root',
      commonArguments: [
        '-J',
        'jump@bastion',
        '-o',
        'ProxyCommand=nc %h %p',
        '-F',
        '/etc/ssh_config',
      ],
    })
    expect(
      [password, becomePassword].map((secret) => (secret === undefined ? null : reveal(secret))),
    ).toEqual(['007', 'sudo'])
    expect(hosts.get('h')?.vars).toMatchObject({
      port: 80,
      user: 'app',
      host: 'app.example.org',
      ansible_user: 'deploy',
    })
    expect(hosts.get('h')?.vars.ansible_password).toBeInstanceOf(Secret)
    expect(warnings).toEqual([])
  })

  test.each([
    ['[2001:db8::7]', '2001:db8::7'],
    ['[fe80::1%eth0]', 'fe80::1%eth0'],
  ])('the address %s may have its brackets', async (written, host) => {
    const { hosts } = await loadHosts(`all: { hosts: { h: { ansible_host: "${written}" } } }`)
    expect(hosts.get('h')?.connection.host).toBe(host)
  })

  test('without answers a host is identified by its name', async () => {
    const { hosts } = await loadHosts(
      'all: { hosts: { web1.example.org: , here: { ansible_connection: local, ansible_become: off } } }',
    )
    expect([...hosts.values()].map(({ connection }) => connection)).toEqual([
      { host: 'web1.example.org', local: false },
      { host: 'here', local: true, become: false },
    ])
  })

  test("a relative key is the project's, ~ is the home directory", async () => {
    const { hosts } = await loadHosts(
      'all: { hosts: { a: { ansible_ssh_private_key_file: keys/id }, b: { ansible_ssh_private_key_file: ~/.ssh/id } } }',
    )
    expect(hosts.get('a')?.connection.privateKeyFile).toMatch(/^\/.*fettle-project-.*\/keys\/id$/)
    expect(hosts.get('b')?.connection.privateKeyFile).toBe(`${process.env.HOME ?? ''}/.ssh/id`)
  })

  test('another ansible_ name is a warning with its place, said once; no password is ever plain', async () => {
    const { hosts, warnings } = await loadHosts(
      'all:\n  vars:\n    ansible_python_interpreter: /usr/bin/python3\n    ansible_httpapi_pass: hunter22\n    ansible_ssh_private_key: hunter22\n  hosts:\n    a: { ansible_usr: x }\n    b: { ansible_usr: y, ansible_ssh_pipelining: yes, ansible_sudo_pass: hunter22 }\n',
    )
    expect(warnings).toEqual([
      'inventory/hosts.yml:3:5: Fettle does not know ansible_python_interpreter and ignores it',
      'inventory/hosts.yml:4:5: Fettle does not know ansible_httpapi_pass and ignores it',
      'inventory/hosts.yml:7:10: Fettle does not know ansible_usr and ignores it; did you mean ansible_user? (and at 1 more place)',
      'inventory/hosts.yml:8:26: Fettle does not know ansible_ssh_pipelining and ignores it',
    ])
    expect(JSON.stringify([...hosts.values()].map(({ vars }) => vars))).not.toContain('hunter22')
  })
})

describe('names of Ansible that are followed', () => {
  test.each<readonly [string, readonly string[], Partial<Connection>]>([
    [
      'old names',
      [
        'ansible_ssh_host: 192.0.2.3',
        'ansible_ssh_port: 2222',
        'ansible_ssh_user: deploy',
        'ansible_private_key_file: /k',
      ],
      { host: '192.0.2.3', port: 2222, user: 'deploy', privateKeyFile: '/k' },
    ],
    [
      'arguments of ssh, the timeout and host key checking, in the order in which Ansible gives them',
      [
        'ansible_ssh_extra_args: -o A=3',
        'ansible_ssh_common_args: -o A=2 -J b',
        'ansible_ssh_args: -C -oA=1',
        'ansible_timeout: 5',
        'ansible_host_key_checking: no',
      ],
      {
        commonArguments: [
          '-o',
          'A=1',
          '-o',
          'StrictHostKeyChecking=no',
          '-o',
          'ConnectTimeout=5',
          '-o',
          'A=2',
          '-J',
          'b',
          '-o',
          'A=3',
        ],
      },
    ],
    [
      'a port in the arguments',
      ['ansible_ssh_args: -o Port=2222', 'ansible_user: deploy'],
      { user: 'deploy', commonArguments: ['-o', 'Port=2222'] },
    ],
    [
      'what is empty',
      [
        'ansible_user: ""',
        'ansible_password: ""',
        'ansible_ssh_private_key_file: ""',
        'ansible_become_user: ""',
        'ansible_ssh_extra_args: ""',
        'ansible_become_method: ""',
      ],
      {},
    ],
    [
      'nothing, over an old name',
      ['ansible_user: deploy', 'ansible_ssh_user: null'],
      { user: 'deploy' },
    ],
    [
      'what Fettle does anyway',
      [
        'ansible_connection: smart',
        'ansible_ssh_executable: /usr/bin/ssh',
        'ansible_shell_type: fish',
        'ansible_shell_executable: /bin/bash',
        'ansible_become_method: sudo',
        'ansible_become_exe: /usr/bin/sudo',
        'ansible_become_flags: -H -S -n',
        'ansible_host_key_checking: true',
      ],
      {},
    ],
    [
      'the same in full names',
      ['ansible_connection: ansible.builtin.ssh', 'ansible_become_method: ansible.builtin.sudo'],
      {},
    ],
    [
      'copying that says nothing of the way',
      ['ansible_scp_extra_args: -O', 'ansible_sftp_extra_args: ""'],
      {},
    ],
    [
      'copying by the same way',
      ['ansible_ssh_common_args: -o ProxyJump=b', 'ansible_scp_extra_args: -O -o ProxyJump=b'],
      { commonArguments: ['-o', 'ProxyJump=b'] },
    ],
    [
      'su, where nobody is become',
      ['ansible_become: 0', 'ansible_become_method: su', 'ansible_su_user: x'],
      { become: false },
    ],
    ['y for yes', ['ansible_become: "y"'], { become: true }],
    [
      'what ssh alone would need, on this machine',
      [
        'ansible_connection: local',
        'ansible_port: "{{ x }}"',
        'ansible_paramiko_host: x',
        'ansible_ssh_executable: /opt/wrap',
      ],
      { host: 'h', local: true },
    ],
  ])('%s', async (_, vars, expected) => {
    const { connection, warnings } = await connected(...vars)
    expect(connection).toEqual({ host: 'h', local: false, ...expected })
    expect(warnings).toEqual([])
  })

  test.each(['ansible_ssh_pass', 'ansible_ssh_password'])(
    'the login password as %s',
    async (name) => {
      const { password } =
        (await connected('ansible_password: other', `${name}: hunter22`)).connection ?? {}
      expect(password === undefined ? null : reveal(password)).toBe('hunter22')
    },
  )

  test.each(['ansible_become_pass', 'ansible_sudo_pass'])("sudo's password as %s", async (name) => {
    const { becomePassword } =
      (await connected('ansible_become_password: other', `${name}: hunter22`)).connection ?? {}
    expect(becomePassword === undefined ? null : reveal(becomePassword)).toBe('hunter22')
  })
})

describe('a wrong value is an error of the host', () => {
  const onlySsh = `ansible_ssh_common_args of h takes ssh's -J, -F and -o with a value each, and has`
  const onlySudo = 'must be sudo: Fettle has no other way to become another user, and is'
  const noTemplate = 'holds {{ … }}, and variables are not templates'
  const noCopying =
    'would say how to reach the host, and Fettle does not copy by scp or sftp: set ansible_ssh_common_args'
  const noOtherWay = 'is for another way to become a user than sudo, and Fettle has sudo only'
  const noSu =
    'asks for su, and Fettle has sudo only: set ansible_become, ansible_become_user and ansible_become_password'
  test.each([
    ['ansible_port: 0', 'ansible_port of h must be a number from 1 to 65535, and is 0'],
    ['ansible_port: 22x', 'ansible_port of h must be a number from 1 to 65535, and is "22x"'],
    ['ansible_port: 8.0', 'ansible_port of h must be a number from 1 to 65535, and is 8.0'],
    ['ansible_ssh_port: ""', 'ansible_ssh_port of h must be a number from 1 to 65535, and is ""'],
    ['ansible_port: "{{ port }}"', `ansible_port of h ${noTemplate}`],
    [
      'ansible_host: -oProxyCommand=id',
      'ansible_host of h must be a host name or an address, and is "-oProxyCommand=id"',
    ],
    ['ansible_host: ""', 'ansible_host of h must be a host name or an address, and is ""'],
    ['ansible_host: "{{ ip }}"', `ansible_host of h ${noTemplate}`],
    ['ansible_user: -x', 'ansible_user of h must be the name of a user, and is "-x"'],
    ['ansible_user: "{{user}}"', `ansible_user of h ${noTemplate}`],
    [
      'ansible_become_password: "{{ vault_password }}"',
      `ansible_become_password of h ${noTemplate}`,
    ],
    [
      'ansible_ssh_private_key_file: "{{ playbook_dir }}/key"',
      `ansible_ssh_private_key_file of h ${noTemplate}`,
    ],
    ...[
      'paramiko',
      'winrm',
      'docker',
      'community.docker.docker',
      'network_cli',
      'ansible.netcommon.network_cli',
    ].map((way): [string, string] => [
      `ansible_connection: ${way}`,
      `ansible_connection of h must be ssh or local, and is "${way}"`,
    ]),
    ['ansible_become: maybe', 'ansible_become of h must be true or false, and is "maybe"'],
    [
      'ansible_host_key_checking: never',
      'ansible_host_key_checking of h must be true or false, and is "never"',
    ],
    [
      'ansible_ssh_timeout: 0',
      'ansible_ssh_timeout of h must be a whole number of seconds, and is 0',
    ],
    ['ansible_ssh_common_args: -v', `${onlySsh} "-v"`],
    ['ansible_ssh_common_args: -o', `${onlySsh} "-o"`],
    ['ansible_ssh_extra_args: -A', `${onlySsh.replace('common', 'extra')} "-A"`],
    ['ansible_ssh_args: -p 22', `${onlySsh.replace('_common', '')} "-p"`],
    [
      'ansible_ssh_common_args: -o "User=x',
      'ansible_ssh_common_args of h has a quote without its partner',
    ],
    ['ansible_scp_extra_args: -o ProxyJump=b', `ansible_scp_extra_args of h ${noCopying}`],
    ['ansible_sftp_extra_args: -J b', `ansible_sftp_extra_args of h ${noCopying}`],
    [
      'ansible_ssh_executable: /opt/wrapper',
      'ansible_ssh_executable of h must be ssh: Fettle has a client of its own, and asks no other program, and is "/opt/wrapper"',
    ],
    [
      'ansible_shell_type: powershell',
      'ansible_shell_type of h must be sh: Fettle needs a POSIX shell on the host, and is "powershell"',
    ],
    [
      'ansible_shell_executable: /usr/bin/pwsh',
      'ansible_shell_executable of h must be a POSIX shell: Fettle uses /bin/sh, and is "/usr/bin/pwsh"',
    ],
    ['ansible_become_method: su', `ansible_become_method of h ${onlySudo} "su"`],
    ['ansible_become_exe: sudo su -', `ansible_become_exe of h ${onlySudo} "sudo su -"`],
    ['ansible_sudo_exe: doas', `ansible_sudo_exe of h ${onlySudo} "doas"`],
    [
      'ansible_become_flags: -H -i',
      'ansible_become_flags of h may hold -H, -S and -n, and no other flag of sudo, and is "-H -i"',
    ],
    [
      'ansible_sudo: yes',
      'ansible_sudo of h is an old name that Ansible itself no longer follows: set ansible_become',
    ],
    ['ansible_su: yes', `ansible_su of h ${noSu}`],
    ['ansible_su_user: root', `ansible_su_user of h ${noSu}`],
    ['ansible_su_pass: hunter22', `ansible_su_pass of h ${noSu}`],
    ['ansible_doas_pass: hunter22', `ansible_doas_pass of h ${noOtherWay}`],
    ['ansible_machinectl_user: x', `ansible_machinectl_user of h ${noOtherWay}`],
    [
      'ansible_paramiko_user: x',
      `ansible_paramiko_user of h is for Ansible's paramiko: set ansible_host, ansible_user and the like`,
    ],
    [
      'ansible_ssh_pkcs11_provider: /p.so',
      'ansible_ssh_pkcs11_provider of h cannot be followed: load the provider into ssh-agent (ssh-add -s)',
    ],
    [
      'ansible_ssh_private_key: hunter22',
      'ansible_ssh_private_key of h cannot be followed: put the key into a file of its own, and name it by ansible_ssh_private_key_file',
    ],
    [
      'ansible_private_key_passphrase: hunter22',
      'ansible_private_key_passphrase of h cannot be followed: add the key to ssh-agent',
    ],
    [
      'ansible_network_os: ios',
      'ansible_network_os of h is for network devices, which Fettle does not manage',
    ],
  ])('%s', async (variable, expected) => {
    expect(await problem(() => connected(variable))).toBe(
      `inventory-invalid: inventory/hosts.yml:4:7: ${expected}\n→ correct it there, or leave the host out: -l 'all:!h'`,
    )
  })

  test("a port or a user that both Ansible's ssh_args and another variable set", async () => {
    expect(
      await problem(() => connected('ansible_port: 22', 'ansible_ssh_args: -o Port=2222')),
    ).toContain(
      ':5:7: ansible_ssh_args of h sets a port, and so does another variable: keep one of the two',
    )
    expect(
      await problem(() => connected('ansible_ssh_user: x', 'ansible_ssh_args: -oUser=y')),
    ).toContain(
      ':5:7: ansible_ssh_args of h sets a user, and so does another variable: keep one of the two',
    )
  })

  const mixed = `
web: { hosts: { web1: { ansible_host: 192.0.2.10 } } }
windows: { hosts: { dc1: , dc2: , dc3: , dc4: , }, vars: { ansible_connection: winrm } }
later: { hosts: { new: { ansible_port: "{{ port }}" } } }
`

  test('which does not affect the others', async () => {
    const inventory = await loadHosts(mixed)
    expect(checkHosts(selectHosts(inventory, 'web')).map(({ connection }) => connection)).toEqual([
      { host: '192.0.2.10', local: false },
    ])
  })

  test('all of them are one error, without repetitions', async () => {
    const inventory = await loadHosts(mixed)
    expect(await problem(() => checkHosts(selectHosts(inventory, 'all')))).toBe(
      [
        'inventory-invalid: inventory/hosts.yml:3:60: ansible_connection of dc1, dc2, dc3 and 1 more must be ssh or local, and is "winrm"',
        'inventory/hosts.yml:4:26: ansible_port of new holds {{ … }}, and variables are not templates',
        '→ correct it there, or leave these hosts out with -l',
      ].join('\n'),
    )
    expect(await problem(() => checkHosts(selectHosts(inventory, 'new')))).toContain(
      `→ correct it there, or leave the host out: -l 'all:!new'`,
    )
  })

  test.each([
    [
      'a name that would be an argument',
      'all: { hosts: { h: , -oProxyCommand=x: } }',
      '1:22: the name of -oProxyCommand=x may have letters, digits and _ - . + = @ only, and begins with a letter, a digit or _\n→ give it a short name, and its address as ansible_host, or leave these hosts out with -l',
    ],
    [
      'a name that would be a path',
      'all: { hosts: { h: , "../../etc": } }',
      '1:22: the name of ../../etc may have',
    ],
    [
      'a name that is to be filled in',
      'all: { hosts: { h: , "matrix.<your domain>": , "{{ x }}": } }',
      '1:22: the name of matrix.<your domain> may have',
    ],
    [
      'an address that is none',
      'all: { hosts: { h: , "fe80::1::2": } }',
      '1:22: the name of fe80::1::2 may have',
    ],
    [
      'a password of ansible-vault',
      'all:\n  hosts:\n    h:\n    k:\n      ansible_password: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        6162\n',
      `5:7: ansible_password of k is encrypted with ansible-vault, which Fettle does not read\n→ put the value in .env, and let the task take it with env.secret(…), or leave the host out: -l 'all:!k'`,
    ],
    [
      'values of ansible-vault in JSON',
      '{"all": {"hosts": {"h": null}, "children": {"web": {"vars": {"ansible_port": {"__ansible_vault": "x"}}, "hosts": {"k1": null, "k2": null}}}}}',
      '1:62: ansible_port of k1 and k2 is encrypted with ansible-vault',
    ],
  ])('%s stops nobody but its host', async (_, hosts, said) => {
    const inventory = await loadInventory({
      sources: [],
      project: project({ 'inventory/hosts.yml': hosts }),
      extraVars: [],
    })
    expect(checkHosts(selectHosts(inventory, 'h')).map(({ name }) => name)).toEqual(['h'])
    expect(await problem(() => checkHosts(selectHosts(inventory, 'all')))).toContain(
      `inventory-invalid: inventory/hosts.yml:${said}`,
    )
  })

  test.each([
    ['of a host, with an error', { 'host_vars/k.yml': 'a: [1' }, 'inventory/host_vars/k.yml:1:'],
    [
      'of a group, encrypted',
      {
        'group_vars/web/vault.yml': '$ANSIBLE_VAULT;1.1;AES256\n6162',
        'group_vars/web/x.yml': 'a: 1',
      },
      'inventory/group_vars/web/vault.yml: is encrypted with ansible-vault, which Fettle does not read\n→ put the value in .env',
    ],
    [
      'of a group, in another encoding',
      { 'group_vars/web.yml': new Uint8Array([0x61, 0xe9, 0x0a]) },
      'inventory/group_vars/web.yml: is not UTF-8',
    ],
  ])('a file of variables %s, stops nobody but whom it is for', async (_, files, said) => {
    const inside = Object.fromEntries(
      Object.entries(files).map(([path, content]) => [`inventory/${path}`, content]),
    )
    const inventory = await loadInventory({
      sources: [],
      project: project({
        'inventory/hosts.yml': 'all: { hosts: { h: }, children: { web: { hosts: { k: } } } }',
        ...inside,
      }),
      extraVars: [],
    })
    expect(checkHosts(selectHosts(inventory, 'h')).map(({ name }) => name)).toEqual(['h'])
    expect(await problem(() => checkHosts(selectHosts(inventory, 'all')))).toContain(
      `inventory-invalid: ${said}`,
    )
  })

  test('a password that is no single value is an error of the file', async () => {
    expect((await problem(() => connected('ansible_password: [hunter2]'))).split('\n')[0]).toBe(
      'inventory-invalid: inventory/hosts.yml:4:25: ansible_password must be a single value',
    )
  })
})
