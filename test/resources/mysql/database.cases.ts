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
    scripts: ['CREATE DATABASE `app` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'],
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
  },
  {
    name: 'not managed',
    resource: () => mysqlDatabase('app'),
    facts: { database: { charset: 'latin1', collation: 'latin1_swedish_ci' } },
    changes: [],
  },
  {
    name: 'other defaults',
    resource: () => mysqlDatabase('app', utf8mb4),
    facts: { database: { charset: 'latin1', collation: 'latin1_swedish_ci' } },
    changes: [
      'charset latin1 → utf8mb4, collation latin1_swedish_ci → utf8mb4_unicode_ci for new tables; existing tables stay as they are',
    ],
    scripts: ['ALTER DATABASE `app` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'],
  },
  {
    name: 'utf8 is what newer servers call utf8mb3',
    resource: () => mysqlDatabase('app', { charset: 'utf8', collation: 'utf8_bin' }),
    facts: { database: { charset: 'utf8mb3', collation: 'utf8mb3_bin' } },
    changes: [],
  },
  {
    name: 'dropped',
    resource: () => mysqlDatabase('app', { state: 'absent' }),
    facts: { database: utf8mb4 },
    changes: ['drop database app with everything in it'],
    scripts: ['DROP DATABASE `app`'],
  },
  {
    name: 'already dropped',
    resource: () => mysqlDatabase('app', { state: 'absent' }),
    facts: { database: null },
    changes: [],
  },
  {
    name: 'on another server',
    resource: () => mysqlDatabase('app', { connection: { host: '10.0.0.5', user: 'admin' } }),
    facts: { database: utf8mb4 },
    changes: [],
  },
]
