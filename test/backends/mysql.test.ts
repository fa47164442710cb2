import { createServer, connect, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { bind, openMysql } from '../../src/backends/mysql.js'
import { FettleError } from '../../src/core/errors.js'
import { Secret } from '../../src/core/secret.js'

describe('bind', () => {
  const quoted = (value: string | number): string => `<${String(value)}>`
  test.each([
    ['GRANT SELECT ON `a?b`.* TO ?@?', ['app', 'localhost'], 'GRANT SELECT ON `a?b`.* TO <app>@<localhost>'],
    ['DROP DATABASE `a``?`', [], 'DROP DATABASE `a``?`'],
    ["SELECT '?', ?", [1], "SELECT '?', <1>"],
    ['ALTER USER ?', [new Secret('$& $1')], 'ALTER USER <$& $1>'],
  ])('%s', (sql, values, bound) => {
    expect(bind(sql, values, quoted)).toBe(bound)
  })
  test('a wrong number of values is a defect', () => {
    expect(() => bind('DROP USER ?@?', ['a'], quoted)).toThrow('more places than values')
    expect(() => bind('DROP USER ?', ['a', 'b'], quoted)).toThrow('fewer places than values')
  })
})

describe('a server that does not serve', () => {
  let server: Server | null = null
  const open: Socket[] = []
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy()
    server?.close()
  })
  /** Something that listens where MariaDB would. */
  async function listening(greet: (socket: Socket) => void): Promise<number> {
    const made = createServer((socket) => {
      open.push(socket)
      socket.on('error', () => socket.destroy())
      greet(socket)
    })
    server = made
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
    const at = made.address()
    return typeof at === 'object' && at !== null ? at.port : 0
  }
  async function failure(port: number): Promise<FettleError> {
    const backend = await openMysql({ forward: () => Promise.resolve(connect(port, '127.0.0.1')) }, { connect: 0.2, statement: 0.2 })
    const failed = await backend.perform({ on: 'mysql', connection: {}, sql: 'SELECT 1', values: [] }).catch((error: unknown) => error)
    await backend.close()
    if (!(failed instanceof FettleError)) throw new Error('it did not fail as it should')
    return failed
  }
  test('accepts and says nothing, as one that was stopped does', async () => {
    expect(await failure(await listening(() => undefined))).toMatchObject({ code: 'mysql-failed', message: 'MariaDB at /run/mysqld/mysqld.sock as root did not answer within 0.2 s' })
  })
  test('closes at once', async () => {
    expect(await failure(await listening((socket) => socket.end()))).toMatchObject({ code: 'mysql-failed', message: expect.stringContaining('The server closed the connection') })
  })
  test('is something else', async () => {
    expect(await failure(await listening((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')))).toMatchObject({ code: 'mysql-failed' })
  })
})
