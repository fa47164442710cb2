import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { loadInventory } from '../../src/cli/load/load-inventory.js'
import type { OwnModules } from '../../src/cli/load/public-names.js'
import { Secret } from '../../src/core/secret.js'
import { env } from '../../src/inventory/environment/environment.js'
import { problem, project } from './project.js'

/** The exports of Fettle that these inventories use. */
const copy = (): Promise<OwnModules> =>
  Promise.resolve({ fettle: { env, Secret }, 'fettle/kit': {} })
const load = async (files: Readonly<Record<string, string>>, ...sources: readonly string[]) => {
  const directory = project(files)
  return {
    directory,
    ...(await loadInventory({ sources, project: directory, extraVars: [] }, copy)),
  }
}

describe('an inventory in TypeScript', () => {
  test('an object, with the variables beside it', async () => {
    const { hosts, groups, directory } = await load({
      '.env': 'FETTLE_TEST_LOGIN=hunter22\n',
      'inventory/hosts.ts': `import { env, type InventoryShape } from 'fettle'
import { names } from './names.js'
const web: InventoryShape = { web: { vars: { port: 80, gone: undefined, ansible_password: env.secret('FETTLE_TEST_LOGIN') }, hosts: Object.fromEntries(names.map((name) => [name, { list: [1, { a: null }] }])), children: { deep: null } } }
export default web\n`,
      'inventory/names.ts': `export const names: readonly string[] = ['web[1:2]', 'db:2222']\n`,
      'inventory/group_vars/web.yml': 'port: 81\n',
    })
    expect(Object.fromEntries(groups)).toEqual({
      all: ['web1', 'web2', 'db'],
      ungrouped: [],
      web: ['web1', 'web2', 'db'],
      deep: [],
    })
    const { ansible_password: password, ...vars } = hosts.get('web2')?.vars ?? {}
    expect(vars).toEqual({ port: 81, list: [1, { a: null }] })
    expect(password).toBeInstanceOf(Secret)
    expect(hosts.get('db')?.connection.port).toBe(2222)
    expect(hosts.get('web1')?.place('list')).toEqual({
      file: 'inventory/hosts.ts',
      line: 0,
      column: 0,
    })
    expect(hosts.get('web1')?.place('port')).toEqual({
      file: 'inventory/group_vars/web.yml',
      line: 1,
      column: 1,
    })
    expect(readdirSync(join(directory, '.fettle/cache')).length).toBeGreaterThan(0)
  })

  test('a function, async and not, in JavaScript too, beside other inventories', async () => {
    const { hosts } = await load(
      {
        'cloud.ts': `export default async () => ({ web: { hosts: { [await Promise.resolve('one')]: {} }, vars: { v: 'code' } } })`,
        'plain.mjs': `export default () => ({ web: { hosts: { two: null } } })`,
        'more.ini': '[web]\nthree\n[web:vars]\nv=ini\n',
      },
      'cloud.ts',
      'plain.mjs',
      'more.ini',
    )
    expect([...hosts.values()].map(({ name, vars }) => [name, vars['v']])).toEqual([
      ['one', 'ini'],
      ['two', 'ini'],
      ['three', 'ini'],
    ])
  })

  const correct = 'correct the inventory at that place'
  test.each([
    [
      'nothing',
      'export const web = {}',
      `inventory-invalid: hosts.ts does not export an inventory as its default\n→ export default { web: { hosts: { web1: {} } } }, or a function that returns such an object`,
    ],
    [
      'what throws',
      'const broken: string = undefined as never\nexport default { web: { hosts: { [broken.trim()]: {} } } }',
      `inventory-invalid: hosts.ts:2: TypeError: Cannot read properties of undefined (reading 'trim')\n→ ${correct}`,
    ],
    [
      'a function that throws',
      'export default () => {\n  throw new Error("the cloud is down")\n}',
      `inventory-invalid: hosts.ts:2: the cloud is down\n→ ${correct}`,
    ],
    [
      'a function that fails later',
      'export default async () => {\n  await Promise.resolve()\n  throw new Error("the cloud is down")\n}',
      `inventory-invalid: hosts.ts:3: the cloud is down\n→ ${correct}`,
    ],
    [
      'a syntax error',
      'const a: = 3\n',
      `inventory-invalid: hosts.ts:1:9: ParseError: Unexpected token\n→ ${correct}`,
    ],
    [
      'a list',
      'export default [1]',
      'inventory-invalid: hosts.ts: an inventory must be a mapping (name: value), and is a list',
    ],
    [
      'a list of hosts',
      'export default { web: { hosts: ["a"] } }',
      'inventory-invalid: hosts.ts: web.hosts: hosts of group web must be a mapping (name: value), and is a list',
    ],
    [
      'a function as a value',
      'export default { web: { vars: { a: [() => 1] } } }',
      'inventory-invalid: hosts.ts: web.vars.a.0: must be data',
    ],
    [
      'a date',
      'export default { web: { vars: { a: new Date() } } }',
      'inventory-invalid: hosts.ts: web.vars.a: must be data',
    ],
    [
      'what is in itself',
      'const a: Record<string, unknown> = {}\na.a = a\nexport default { web: { vars: a } }',
      ' is nested more than 64 levels deep',
    ],
    [
      'groups that are in themselves',
      'const web: Record<string, unknown> = {}\nweb.children = { web }\nexport default { web }',
      'web.children.web.children.web.children.web.children.…: groups are nested more than 64 levels deep',
    ],
    [
      'another section',
      'export default { web: { host: {} } }',
      'inventory-invalid: hosts.ts: web.host: group web has children, hosts and vars, and no host',
    ],
    [
      'a password that is a list',
      'export default { web: { vars: { ansible_password: ["hunter22"] } } }',
      'inventory-invalid: hosts.ts: web.vars.ansible_password: ansible_password must be a single value',
    ],
    [
      'a missing name of the environment',
      `import { env } from 'fettle'\nexport default () => ({ web: { vars: { a: env('FETTLE_TEST_NONE') } } })`,
      'environment-missing: hosts.ts:2: FETTLE_TEST_NONE is neither in the environment nor in',
    ],
  ])('%s is an error with its place', async (_, code, said) => {
    const told = await problem(() => load({ 'hosts.ts': code }, 'hosts.ts'))
    expect(told).toContain(said)
    expect(told).not.toContain('hunter22')
  })
})
