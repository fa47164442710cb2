import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { graphText, listText } from '../../src/cli/output/inventory-texts.js'
import { render } from '../../src/core/template/template.js'
import { isPassword } from '../../src/inventory/merge/variable-layer.js'
import { loadInventory } from '../../src/inventory/load.js'
import { selectHosts } from '../../src/inventory/select/pattern.js'
import { checkVars } from '../../src/inventory/merge/check-variables.js'
import { ansible, type AnsibleAnswer } from './ansible.js'
import {
  differences,
  fleet,
  inventories,
  patterns,
  printed,
  refused,
  ways as connections,
  type InventoryCase,
} from './ansible.cases.js'
import { problem, project } from './project.js'

interface Listed {
  readonly _meta: { readonly hostvars: Readonly<Record<string, unknown>> }
}

/** Numbers that Python's JSON has and JavaScript's does not. */
const noJson = /(?<=[ ,[])(?:-?Infinity|NaN)(?=,?\n)/g

/** Ansible's list, without passwords, as Fettle prints it. */
const withoutPasswords = (text: string): Listed =>
  JSON.parse(text.replaceAll(noJson, '0'), (name, value: unknown) =>
    isPassword(name) ? '[secret]' : value,
  ) as Listed

describe('ansible-inventory', () => {
  const sourcesOf = ({ files, sources }: InventoryCase): readonly string[] =>
    sources ?? Object.keys(files).slice(0, 1)
  const all: readonly InventoryCase[] = [...inventories, ...differences]
  const directories = all.map(({ files }) => project(files))
  let answers: readonly AnsibleAnswer[] = []

  beforeAll(() => {
    answers = ansible(
      all.flatMap((each, index) =>
        (['--list', '--graph'] as const).map((what) => {
          const cwd = directories[index] ?? ''
          const sources = sourcesOf(each).flatMap((source) => ['-i', source])
          // A project's directory is to Fettle what a playbook's is to Ansible.
          return {
            cwd,
            argv: [
              'ansible-inventory',
              what,
              '--playbook-dir',
              cwd,
              ...sources,
              ...(each.extraVars ?? []).flatMap((given) => ['-e', given]),
            ],
          }
        }),
      ),
    )
  }, 120_000)

  const listed = async (each: InventoryCase) => {
    const index = all.indexOf(each)
    const [list, graph] = answers.slice(index * 2)
    expect(list?.code).toBe(0)
    expect(list?.stderr).not.toMatch(/Unable to parse|Failed to parse/)
    const inventory = await loadInventory({
      sources: sourcesOf(each),
      project: directories[index] ?? '',
      extraVars: each.extraVars ?? [],
    })
    return { inventory, list: list?.stdout ?? '', graph: graph?.stdout }
  }

  test.each(inventories.map((each) => [each.name, each] as const))(
    '--list and --graph agree: %s',
    async (_, each) => {
      const { inventory, list, graph } = await listed(each)
      const text = listText(inventory, null)
      expect(JSON.parse(text.replaceAll(noJson, '0'))).toEqual(withoutPasswords(list))
      if (each.unsorted !== true)
        expect(text).toBe(list.replace(/("ansible_\w*pass\w*": ).*?(,?\n)/g, '$1"[secret]"$2'))
      expect(graphText(inventory, null)).toBe(graph)
    },
  )

  test.each(differences.map((each) => [each.name, each] as const))(
    'Fettle differs: %s',
    async (_, each) => {
      const { inventory, list } = await listed(each)
      expect(withoutPasswords(list)._meta.hostvars['h']).toEqual(
        JSON.parse(
          JSON.stringify(each.ansible, (__, value: unknown) =>
            typeof value === 'bigint' ? Number(value) : value,
          ),
        ),
      )
      expect(inventory.hosts.get('h')?.vars).toEqual(each.fettle)
    },
  )
})

describe('what a template prints', () => {
  const name = (index: number): string => `v${String(index)}`
  const set = (sign: string): readonly string[] =>
    printed.map((scalar, index) => `${name(index)}${sign}${scalar}`)
  const directory = project({
    'hosts.yml': `all:\n  hosts: { h: }\n  vars:\n    ${set(': ').join('\n    ')}\n`,
    'hosts.ini': `h\n[all:vars]\n${set('=').join('\n')}\n`,
  })
  const ways: readonly (readonly [way: string, source: string, extraVars: readonly string[]])[] = [
    ['YAML', 'hosts.yml', []],
    ['INI', 'hosts.ini', []],
    ['-e name=value', 'h,', [set('=').join(' ')]],
  ]
  let answers: readonly AnsibleAnswer[] = []

  beforeAll(() => {
    const message = `msg='start|${printed.map((_, index) => `{{ ${name(index)} }}`).join('|')}|end'`
    answers = ansible(
      ways.map(([, source, extraVars]) => ({
        cwd: directory,
        argv: [
          'ansible',
          '-i',
          source,
          'h',
          '-c',
          'local',
          '-m',
          'debug',
          '-a',
          message,
          ...extraVars.flatMap((given) => ['-e', given]),
        ],
      })),
    )
  }, 120_000)

  test.each(ways)(
    '%s: as with Ansible, in a template, a text and by z.coerce.string()',
    async (way, source, extraVars) => {
      const [, message = ''] =
        /"msg": "start\|(.*)\|end"/.exec(
          answers[ways.findIndex(([each]) => each === way)]?.stdout ?? '',
        ) ?? []
      const expected = Object.fromEntries(
        printed.map((scalar, index) => [scalar, message.split('|')[index]]),
      )
      const host = (
        await loadInventory({ sources: [source], project: directory, extraVars })
      ).hosts.get('h')
      if (host === undefined) throw new Error('there is no host')
      const inAll = (text: (index: number) => unknown): unknown =>
        Object.fromEntries(printed.map((scalar, index) => [scalar, text(index)]))
      expect(inAll((index) => render('x', `{{ ${name(index)} }}`, host.vars))).toEqual(expected)
      expect(inAll((index) => `php${host.vars[name(index)] as string}`.slice(3))).toEqual(expected)
      const coerced = checkVars(host, z.record(z.string(), z.coerce.string())) as Readonly<
        Record<string, string>
      >
      expect(inAll((index) => coerced[name(index)])).toEqual(expected)
    },
  )
})

describe('ansible --list-hosts', () => {
  const directory = project({ 'hosts.yml': fleet })
  const asked = [...patterns, ...refused.map(([pattern]) => pattern)]
  let answers: readonly AnsibleAnswer[] = []

  beforeAll(() => {
    answers = ansible(
      asked.map((pattern) => ({
        cwd: directory,
        argv: ['ansible', '-i', 'hosts.yml', pattern, '--list-hosts'],
      })),
    )
  }, 120_000)

  const picked = (pattern: string): readonly string[] =>
    answers[asked.indexOf(pattern)]?.stdout
      .split('\n')
      .slice(1, -1)
      .map((line) => line.trim()) ?? ['no answer']
  const picks = async (pattern: string): Promise<readonly string[]> =>
    selectHosts(
      await loadInventory({ sources: ['hosts.yml'], project: directory, extraVars: [] }),
      pattern,
    ).map(({ name }) => name)

  test.each(patterns)('and Fettle pick the same, in the same order: %s', async (pattern) => {
    expect(picked(pattern).length).toBeGreaterThan(0)
    expect(await picks(pattern)).toEqual(picked(pattern))
  })

  test.each(refused)('%s picks %j, and Fettle refuses it', async (pattern, hosts, said) => {
    expect(picked(pattern)).toEqual(hosts)
    expect(await problem(() => picks(pattern))).toContain(`pattern-no-match: ${said}`)
  })
})

describe('how Ansible starts ssh', () => {
  // A stand-in for ssh records its arguments: Ansible does not show them when sudo is used.
  const directory = project({
    'hosts.ini': Object.entries(connections)
      .map(([name, vars]) => `${name} ${vars}\n`)
      .join(''),
    ssh: '#!/bin/sh\nprintf "%s\\n" "$@" > "$0.$$"\n',
  })
  const names = Object.keys(connections).map((name) => name.replace(/:.*/, ''))
  let started: ReadonlyMap<string, readonly string[]> = new Map()

  beforeAll(() => {
    chmodSync(join(directory, 'ssh'), 0o700)
    ansible([
      {
        cwd: directory,
        argv: [
          'ansible',
          '-i',
          'hosts.ini',
          'all',
          '-m',
          'raw',
          '-a',
          'true',
          '-f',
          String(names.length),
          '-e',
          `ansible_ssh_executable=${join(directory, 'ssh')}`,
        ],
      },
    ])
    const calls = readdirSync(directory)
      .filter((file) => file.startsWith('ssh.'))
      .map((file) => readFileSync(join(directory, file), 'utf8').split('\n'))
    started = new Map(
      calls.map((words) => [
        names.find((name) => words[words.indexOf('-tt') + 1] === addressOf(name)) ?? '',
        words,
      ]),
    )
  }, 120_000)

  const addressOf = (name: string): string =>
    /192\.0\.2\.\d+/g.exec(
      (connections[name] ?? '').split(' ').findLast((set) => /^ansible_(?:ssh_)?host=/.test(set)) ??
        '',
    )?.[0] ?? name

  /**
   * The arguments that Ansible adds to every call: for copying, for its own connection sharing, and
   * because it does not ask for a password.
   */
  const always =
    /^(?:Control\w+|KbdInteractiveAuthentication|PreferredAuthentications|PasswordAuthentication)=|^ConnectTimeout=10$/

  test.each(names)('is how Fettle reaches the host: %s', async (name) => {
    const words = started.get(name) ?? []
    const end = words.indexOf('-tt')
    const given = words.slice(0, end).flatMap((word, index) => {
      if (word === '-o' || word === '-J') return [[word, words[index + 1] ?? '']]
      return word.startsWith('-o') ? [['-o', word.slice(2)]] : []
    })
    const value = (option: string): string | undefined =>
      given
        .find(([, word = '']) => word.startsWith(`${option}=`))?.[1]
        ?.slice(option.length + 1)
        .replaceAll('"', '')
    const [sudo, sudoUser = 'root'] =
      /\bsudo .*?(?:-u (\S+)|$)/.exec(words.slice(end + 2).join(' ')) ?? []
    const { connection } =
      (
        await loadInventory({ sources: ['hosts.ini'], project: directory, extraVars: [] })
      ).hosts.get(name) ?? {}
    expect({
      host: connection?.host,
      port: connection?.port?.toString(),
      user: connection?.user,
      key: connection?.privateKeyFile,
      become: connection?.become === true ? (connection.becomeUser ?? 'root') : undefined,
      commonArguments: connection?.commonArguments ?? [],
    }).toEqual({
      host: words[end + 1],
      port: value('Port'),
      user: value('User'),
      key: value('IdentityFile'),
      become: sudo === undefined ? undefined : sudoUser,
      commonArguments: given
        .filter(([, word = '']) => !always.test(word) && !/^(?:Port|User|IdentityFile)=/.test(word))
        .flat(),
    })
  })
})
