import { describe, expect, test } from '@jest/globals'
import { changesOf } from '../../../src/core/change.js'
import { mapLeaves } from '../../../src/core/leaves.js'
import type { Resource } from '../../../src/core/resource.js'
import { Later } from '../../../src/core/later.js'
import { reveal, Secret } from '../../../src/core/secret.js'
import { secretSource } from '../../../src/resources/files/content.js'
import { mysql } from '../../../src/facts/mysql/backend.js'
import { mysqlDatabase } from '../../../src/resources/mysql/database.js'
import { nativeHash } from '../../../src/resources/mysql/login.js'
import { mysqlUser } from '../../../src/resources/mysql/user.js'
import { account, app, ed25519, native, password, socket } from './account.js'

const actionsOf = (made: Resource, facts: object): readonly unknown[] =>
  changesOf(made.plan(facts as Record<string, unknown>, made.values, { changing: [] })).flatMap(
    ({ actions }) => actions,
  )

/** Actions with what their Secrets hold, each marked as one. */
const revealed = (actions: readonly unknown[]): unknown =>
  mapLeaves(actions, (leaf) => (leaf instanceof Secret ? `secret ${reveal(leaf)}` : leaf))

const hash = `secret ${native.kept}`
const bySocket = { socket: '/run/other.sock' }

describe('what is sent, and to which server', () => {
  test.each<[string, Resource, object, readonly unknown[]]>([
    [
      'a new account: the hash is a Secret, and the login is made through the same socket',
      app({ connection: bySocket, grants: { 'app.*': ['SELECT'] } })(),
      { account: null },
      [
        {
          connection: bySocket,
          sql: 'CREATE USER ?@? IDENTIFIED VIA mysql_native_password USING ?',
          values: ['app', 'localhost', hash],
        },
        { connection: { ...bySocket, user: 'app', password: 'secret correct horse' } },
        {
          connection: bySocket,
          sql: 'GRANT SELECT ON `app`.* TO ?@?',
          values: ['app', 'localhost'],
        },
      ],
    ],
    [
      'a login from everywhere: the administrator asks whether another account answers it',
      app({ host: '%', connection: { user: 'admin', password: new Secret('of admin') } })(),
      { account: null },
      [
        {
          connection: { user: 'admin', password: 'secret of admin' },
          sql: 'CREATE USER ?@? IDENTIFIED VIA mysql_native_password USING ?',
          values: ['app', '%', hash],
        },
        {
          connection: { user: 'app', password: 'secret correct horse' },
          unless: {
            connection: { user: 'admin', password: 'secret of admin' },
            sql: "SELECT 1 FROM mysql.global_priv WHERE User = ? AND Host <> ? AND 'localhost' LIKE Host LIMIT 1",
            values: ['app', '%'],
          },
        },
      ],
    ],
    [
      'ways that stay keep what the server has: a hash as a Secret, a word as it is',
      mysqlUser('app', { plugin: 'unix_socket' }),
      account({ ways: [ed25519, { plugin: native.plugin, kept: 'invalid' }] }),
      [
        {
          connection: {},
          sql: 'ALTER USER ?@? IDENTIFIED VIA ed25519 USING ? OR mysql_native_password USING ? OR unix_socket',
          values: ['app', 'localhost', `secret ${ed25519.kept}`, 'invalid'],
        },
      ],
    ],
    [
      'TLS alone: nothing is bound but the account',
      app({ requireTls: true })(),
      account({ ways: [native, socket] }),
      [{ connection: {}, sql: 'ALTER USER ?@? REQUIRE SSL', values: ['app', 'localhost'] }],
    ],
    [
      'the removal of an account on a server elsewhere',
      mysqlUser('app', { host: '%', state: 'absent', connection: { host: '10.0.0.5' } }),
      account(),
      [{ connection: { host: '10.0.0.5' }, sql: 'DROP USER ?@?', values: ['app', '%'] }],
    ],
    [
      'a database on a server elsewhere',
      mysqlDatabase('app', { connection: { host: '10.0.0.5', port: 3307 } }),
      { database: null },
      [
        {
          connection: { host: '10.0.0.5', port: 3307 },
          sql: 'CREATE DATABASE `app`',
          values: [],
        },
      ],
    ],
  ])('%s', (_, made, facts, expected) => {
    expect(revealed(actionsOf(made, facts))).toEqual(
      expected.map((action) => ({ on: mysql, ...(action as object) })),
    )
  })
})

test('a server is asked with the password in a file of the project, once that is read', () => {
  const connection = { password: secretSource('admin-password') }
  const key = app({ connection })().reads['account']?.key
  expect(key).toBeInstanceOf(Later)
  expect((key as Later<object>).isEarly).toBe(true)
})

test('no statement holds the password or its hash; MariaDB gets only the hash, as a value', () => {
  const made = mysqlUser('app', { password, grants: { 'app.*': ['SELECT'] } })
  const actions = changesOf(made.plan({ account: null }, made.values, { changing: [] })).flatMap(
    (change) => change.actions,
  )
  const shown = JSON.stringify(actions)
  expect(shown).not.toContain('correct horse')
  expect(shown).not.toContain(nativeHash(password))
  const bound = actions.flatMap((action) => ('values' in action ? action.values : []))
  expect(
    bound.filter((value) => value instanceof Secret).map((value) => Secret.reveal(value)),
  ).toEqual([nativeHash(password)])
})
