import { mysqlDatabase } from '../../../src/resources/mysql/database.js'
import type { HostCase } from '../../../src/testing/host-case.js'

export const image = 'stack'

const sql = (statements: string): string => `mariadb -e "${statements}"`
const made = ['create database shop (utf8mb4, utf8mb4_unicode_ci)']
/** What the server has, since its files change by themselves. */
const shows = `! systemctl -q is-active mariadb ||
  mariadb -BN -e 'SELECT * FROM information_schema.schemata'`

const dropped = { cannot: 'its tables and rows are lost' }

export const hostCases: readonly HostCase[] = [
  {
    name: 'a database',
    shows,
    resource: () => mysqlDatabase('shop', { charset: 'utf8mb4', collation: 'utf8mb4_unicode_ci' }),
    changes: made,
    drifts: [
      {
        by: sql('ALTER DATABASE shop COLLATE utf8mb4_bin'),
        changes: [
          'collation utf8mb4_bin → utf8mb4_unicode_ci for new tables; existing tables stay as they are',
        ],
      },
      { by: sql('DROP DATABASE shop'), changes: made },
    ],
    errors: [
      {
        by: `${sql('DROP DATABASE shop')}; systemctl stop mariadb`,
        says: /MariaDB is not running/,
        after: 'systemctl start mariadb',
      },
    ],
  },
  {
    name: 'a database that is to go',
    shows,
    before: sql('CREATE DATABASE former'),
    resource: () => mysqlDatabase('former', { state: 'absent' }),
    undo: dropped,
    changes: ['drop database former with everything in it'],
    drifts: [
      {
        by: sql('CREATE DATABASE former'),
        changes: ['drop database former with everything in it'],
        undo: dropped,
      },
    ],
  },
]
