import { mysqlDatabase } from '../../../src/resources/mysql/database.js'
import type { Case } from '../../../src/testing/case.js'

const utf8mb4 = { charset: 'utf8mb4', collation: 'utf8mb4_unicode_ci' }

export const cases: readonly Case[] = [
  {
    name: 'created',
    example: true,
    resource: () => mysqlDatabase('app', utf8mb4),
    facts: { database: null },
    changes: ['create database app (utf8mb4, utf8mb4_unicode_ci)'],
    effects: ['create'],
    scripts: ['CREATE DATABASE `app` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'],
    keys: { database: { name: 'app', connection: {} } },
  },
  {
    name: "created with the server's defaults",
    resource: () => mysqlDatabase('app'),
    facts: { database: null },
    changes: ['create database app'],
    scripts: ['CREATE DATABASE `app`'],
  },
  {
    name: 'a name with a backtick',
    resource: () => mysqlDatabase('a`b?'),
    facts: { database: null },
    changes: ['create database a`b?'],
    scripts: ['CREATE DATABASE `a``b?`'],
  },
  {
    name: 'there',
    resource: () => mysqlDatabase('app', utf8mb4),
    facts: { database: utf8mb4 },
    changes: [],
    reason: 'utf8mb4, utf8mb4_unicode_ci',
  },
  {
    name: 'not managed',
    resource: () => mysqlDatabase('app'),
    facts: { database: { charset: 'latin1', collation: 'latin1_swedish_ci' } },
    changes: [],
    reason: 'latin1, latin1_swedish_ci',
  },
  {
    name: 'other defaults',
    resource: () => mysqlDatabase('app', utf8mb4),
    facts: { database: { charset: 'latin1', collation: 'latin1_swedish_ci' } },
    changes: [
      'charset latin1 → utf8mb4, collation latin1_swedish_ci → utf8mb4_unicode_ci for new tables; existing tables stay as they are',
    ],
    effects: ['change'],
    scripts: ['ALTER DATABASE `app` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'],
  },
  {
    name: 'utf8 is what newer servers call utf8mb3',
    resource: () => mysqlDatabase('app', { charset: 'utf8', collation: 'utf8_bin' }),
    facts: { database: { charset: 'utf8mb3', collation: 'utf8mb3_bin' } },
    changes: [],
    reason: 'utf8mb3, utf8mb3_bin',
  },
  {
    name: 'utf8mb3 is what older servers call utf8',
    resource: () => mysqlDatabase('app', { charset: 'utf8mb3', collation: 'utf8mb3_bin' }),
    facts: { database: { charset: 'utf8', collation: 'utf8_bin' } },
    changes: [],
  },
  {
    name: 'utf8mb4 is not the newer name of utf8',
    resource: () => mysqlDatabase('app', { charset: 'utf8' }),
    facts: { database: utf8mb4 },
    changes: ['charset utf8mb4 → utf8 for new tables; existing tables stay as they are'],
    scripts: ['ALTER DATABASE `app` CHARACTER SET utf8'],
  },
  {
    name: 'the collation alone differs',
    resource: () => mysqlDatabase('app', { collation: 'utf8mb4_bin' }),
    facts: { database: utf8mb4 },
    changes: [
      'collation utf8mb4_unicode_ci → utf8mb4_bin for new tables; existing tables stay as they are',
    ],
    scripts: ['ALTER DATABASE `app` COLLATE utf8mb4_bin'],
  },
  {
    name: 'a collation in the name of its character set',
    resource: () => mysqlDatabase('app', { charset: 'binary', collation: 'binary' }),
    facts: { database: null },
    changes: ['create database app (binary, binary)'],
    scripts: ['CREATE DATABASE `app` CHARACTER SET binary COLLATE binary'],
  },
  {
    name: 'dropped',
    resource: () => mysqlDatabase('app', { state: 'absent' }),
    facts: { database: utf8mb4 },
    changes: ['drop database app with everything in it'],
    effects: ['remove ! its tables and rows are lost'],
    scripts: ['DROP DATABASE `app`'],
  },
  {
    name: 'already dropped',
    resource: () => mysqlDatabase('app', { state: 'absent' }),
    facts: { database: null },
    changes: [],
    reason: 'there is no such database',
  },
  {
    name: 'on another server',
    resource: () => mysqlDatabase('app', { connection: { host: '10.0.0.5', user: 'admin' } }),
    facts: { database: utf8mb4 },
    changes: [],
    keys: { database: { name: 'app', connection: { host: '10.0.0.5', user: 'admin' } } },
  },
]
